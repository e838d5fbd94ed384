"""Types a line into an interactive shell on a terminal, presses TAB, and prints the line that comes of it.

  completion.py SHELL INIT LINE [TABS]

INIT is a file with commands for the shell. What the terminal showed goes to stderr.
"""

import fcntl
import os
import pty
import signal
import struct
import sys
import tempfile
import termios
import threading

# In each shell: the commands of INIT, and then Ctrl-X p, which hands out the line and empties it. The prompt says when the
# shell takes keys.
SETUP = {
    "bash": (
        ["bash", "--noprofile", "--rcfile", "{rc}", "-i"],
        ". {init}\n"
        "bind -x '\"\\C-xp\": printf \"%s\" \"$READLINE_LINE\" >{out}; READLINE_LINE='\n"
        "PS1='$ ' PROMPT_COMMAND='echo >{ready}'\n",
    ),
    "zsh": (
        ["zsh", "-d", "-i"],
        "autoload -U compinit; compinit -D; . {init}\n"
        "hand-out() {{ print -rn -- \"$BUFFER\" >{out}; BUFFER=; }}; zle -N hand-out; bindkey '^Xp' hand-out\n"
        "PS1='%% '; zle-line-init() {{ print >{ready}; }}; zle -N zle-line-init\n",
    ),
    "fish": (
        ["fish", "--no-config", "-i", "--init-command", "source {rc}"],
        ". {init}\n"
        "bind \\cxp 'printf %s (commandline -b) >{out}; commandline \"\"'\n"
        "function fish_prompt; echo >{ready}; echo '> '; end\n",
    ),
    # elvish shows candidates in a mode of its own: INIT prints what its completer finds.
    "elvish": (["elvish", "-rc", "{rc}", "-i"], "eval (slurp <{init}) >{out}\n"),
}


def main():
    shell, init, line = sys.argv[1:4]
    tabs = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    # A shell that hangs must fail its check.
    signal.alarm(60)
    with tempfile.TemporaryDirectory() as folder:
        at = {name: os.path.join(folder, name) for name in ("rc", "out", "ready", ".zshrc")}
        at["init"] = os.path.abspath(init)
        command, setup = SETUP[shell]
        for rc in (at["rc"], at[".zshrc"]):
            with open(rc, "w") as file:
                file.write(setup.format(**at))
        os.mkfifo(at["out"])
        os.mkfifo(at["ready"])
        pid, terminal = pty.fork()
        if pid == 0:
            os.environ.update(TERM="xterm", LC_ALL="C.UTF-8", ZDOTDIR=folder)
            command = [word.format(**at) for word in command]
            os.execvp(command[0], command)
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 200, 0, 0))
        screen = bytearray()
        reader = threading.Thread(target=read, args=(terminal, screen))
        reader.start()
        if shell != "elvish":
            with open(at["ready"]) as ready:
                ready.read()
            os.write(terminal, line.encode() + b"\t" * tabs + b"\x18p")
        with open(at["out"]) as out:
            print(out.read())
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        reader.join()
        sys.stderr.write(screen.decode(errors="replace"))


def read(terminal, screen):
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            return
        if not piece:
            return
        screen += piece


main()
