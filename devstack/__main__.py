"""`python -m devstack …`: what `start.py` becomes once the environment is there."""

import sys

from devstack.arguments import Options, parse


def main() -> int:
    options = parse(sys.argv[1:])
    try:
        return _dispatch(options)
    except RuntimeError as error:  # said in French, where it happened
        sys.exit(str(error))


def _dispatch(options: Options) -> int:
    match options.command:
        case "test":
            from devstack.suite import test

            return test(options.rest)
        case "check":
            from devstack.checks import check

            return check()
        case "manage":
            from devstack.command import manage

            return manage(options)
        case "session":
            from devstack.command import session

            return session(options)
        case "bench":
            from devstack.bench import bench

            return bench(options)
        case _:
            from devstack.run import run

            return run(options)


if __name__ == "__main__":
    sys.exit(main())
