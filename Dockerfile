# The production image: one for web, workers, beat and migrations. Servers stand beside it (docker-compose.yml).
FROM python:3.11-slim-bookworm

# What WeasyPrint loads, and one font for documents.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        fonts-dejavu-core libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0 \
    && rm -rf /var/lib/apt/lists/*

RUN useradd --system --create-home --uid 10001 recann
WORKDIR /app
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 STATIC_ROOT=/app/static-built

COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes --only-binary=:all: --no-deps -r requirements.lock

COPY . .
# The settings refuse to load without their variables; none of these values leaves this line.
RUN set -a && . deploy/build.env && python manage.py collectstatic --no-input

USER recann
EXPOSE 8000
CMD ["gunicorn", "recann.wsgi:application", "--preload", "--worker-class", "gthread", "--workers", "2", \
     "--threads", "4", "--keep-alive", "0", "--bind", "0.0.0.0:8000", "--worker-tmp-dir", "/dev/shm", "--no-control-socket", \
     "--forwarded-allow-ips", "*"]
