"""Commands that other programs are started with, as far as the code spells them out."""

from sadpath.rule import Constant, Display, Value

_ASKS_ABOUT_ITSELF = frozenset({"--help", "--version", "-V", "version"})
_BRIEF = (
    *(
        f"git {command}"
        for command in ("branch", "checkout", "config", "describe", "diff", "log", "ls-files", "remote")
    ),
    *(f"git {command}" for command in ("rev-list", "rev-parse", "show", "status", "symbolic-ref")),
    *("hostname", "id", "kill", "ldd", "lscpu", "nproc", "ps", "stty", "sw_vers", "tput", "uname", "where", "which"),
    "whoami",
)
"""How commands begin that only look at this machine, and end at once."""
_WAITS_FOR_OTHERS = (
    *(f"git {command}" for command in ("clone", "fetch", "ls-remote", "pull", "push", "submodule")),
    *("apt", "apt-get", "aws", "az", "brew", "conda", "curl", "docker", "ftp", "gcloud", "gh", "helm", "kubectl"),
    *("npm", "npx", "nslookup", "pip", "pip3", "ping", "pnpm", "rsync", "scp", "sftp", "ssh", "telnet", "terraform"),
    *("uv", "wget", "yarn", "yum"),
)
"""How commands begin that wait for another machine, which may never answer."""


def may_hang(command: Value, *, in_coroutine: bool) -> bool:
    """Whether a command is one to be afraid of: it waits for another machine, or an event loop waits for it.

    Of a command that is not known, nothing is, where only its own thread waits for it.
    """
    words = _words(command)
    if not _ASKS_ABOUT_ITSELF.isdisjoint(words) or _begins_with(words, _BRIEF):
        return False
    return in_coroutine or _begins_with(words, _WAITS_FOR_OTHERS) or words[1:3] == ["-m", "pip"]


def _begins_with(words: list[str], commands: tuple[str, ...]) -> bool:
    program, *rest = words or [""]
    text = " ".join([program.rpartition("/")[2], *rest]) + " "
    return any(text.startswith(f"{command} ") for command in commands)


def _words(command: Value) -> list[str]:
    """The words of a command; "?" for one that only running tells."""
    if isinstance(command, Display):
        texts = [item.value if isinstance(item, Constant) else None for item in command.items]
        return [text if isinstance(text, str) else "?" for text in texts]
    return command.value.split() if isinstance(command, Constant) and isinstance(command.value, str) else []
