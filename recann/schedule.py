"""When each task runs: in the repository, reviewed, not in a table."""

from celery.schedules import crontab


TASKS = {
    "send mail": {"task": "core.tasks.send_mail", "schedule": 30.0},
    "mail links of accounts": {"task": "accounts.tasks.mail_links", "schedule": 20.0},
    "erase old sessions and links": {
        "task": "accounts.tasks.erase_old",
        "schedule": crontab(hour=1, minute=50),
    },
    "end links of patients": {
        "task": "followup.tasks.end_patient_links",
        "schedule": crontab(hour=2, minute=35),
    },
    "seal the journal": {"task": "core.tasks.seal_journal", "schedule": 60.0},
    "make partitions": {
        "task": "core.tasks.make_partitions",
        "schedule": crontab(hour=1, minute=5),
    },
    "verify the journal": {
        "task": "record.tasks.verify_journal",
        "schedule": crontab(hour=4, minute=15),
    },
    "destroy orphan keys": {
        "task": "patients.tasks.destroy_orphan_keys",
        "schedule": crontab(hour=1, minute=20),
    },
    "announce the end of a transition": {
        "task": "patients.tasks.announce_end_of_transition",
        "schedule": crontab(hour=6, minute=0),
    },
    "designate who was invited": {
        "task": "patients.tasks.designate_invited",
        "schedule": crontab(minute=20),
    },
    "tell exceptional accesses": {
        "task": "patients.tasks.tell_broken_glass",
        "schedule": crontab(hour=5, minute=40),
    },
    "suspend sleeping accounts": {
        "task": "rights.tasks.suspend_sleeping_accounts",
        "schedule": crontab(hour=4, minute=50),
    },
    "erase old drafts": {"task": "core.tasks.erase_old_drafts", "schedule": crontab(minute=35)},
    "plan renewals": {
        "task": "followup.tasks.plan_renewals",
        "schedule": crontab(hour=4, minute=40),
    },
    "remind sites of visits": {
        "task": "followup.tasks.remind_sites",
        "schedule": crontab(hour=5, minute=10),
    },
    "remind patients": {
        "task": "followup.tasks.remind_patients",
        "schedule": crontab(minute="*/10"),
    },
    "remind of trainings": {
        "task": "training.tasks.remind_expiry",
        "schedule": crontab(hour=5, minute=40),
    },
    "leave old imports": {
        "task": "accounts.directories.tasks.leave_old_imports",
        "schedule": crontab(hour=1, minute=50),
    },
    "leave old takeovers": {
        "task": "patients.takeover.tasks.leave_old_takeovers",
        "schedule": crontab(hour=1, minute=55),
    },
    "count supplies": {
        "task": "pharmacies.tasks.count_supplies",
        "schedule": crontab(hour=4, minute=30),
    },
    "escalate": {"task": "pharmacies.tasks.escalate", "schedule": crontab(minute=25)},
    "warn of gaps": {
        "task": "pharmacies.tasks.warn_of_gaps",
        "schedule": crontab(hour=5, minute=20),
    },
    "release statistics": {
        "task": "evaluation.tasks.release_quarter",
        "schedule": crontab(hour=3, minute=0),
    },
    "count by month": {
        "task": "evaluation.tasks.count_by_month",
        "schedule": crontab(hour=2, minute=30),
    },
    "purge": {
        "task": "retention.tasks.purge",
        "schedule": crontab(hour="1-4", minute="*/5"),
    },
}
