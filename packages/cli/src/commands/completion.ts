import { Argument, type Command } from "commander";

const SHELLS = ["bash", "zsh", "fish"] as const;

const SCRIPTS: Record<(typeof SHELLS)[number], string> = {
  bash: `_berth() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(berth complete -- "\${COMP_WORDS[@]:1:COMP_CWORD-1}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _berth berth
`,
  zsh: `#compdef berth
_berth() {
  local -a found
  found=("\${(@f)$(berth complete -- "\${(@)words[2,CURRENT-1]}" 2>/dev/null)}")
  compadd -a found
}
compdef _berth berth
`,
  fish: `complete -c berth -f -a '(berth complete -- (commandline -opc)[2..-1] 2>/dev/null)'
`,
};

export function registerCompletion(program: Command): void {
  program
    .command("completion")
    .description("a script that lets a shell complete berth's commands and flags")
    .addArgument(new Argument("<shell>").choices(SHELLS))
    .addHelpText("after", "\nExample:\n  berth completion bash > ~/.local/share/bash-completion/completions/berth")
    .action((shell: (typeof SHELLS)[number]) => void process.stdout.write(SCRIPTS[shell]));
  program
    .command("complete", { hidden: true })
    .argument("[words...]")
    .action((words: string[]) => {
      const found = candidates(program, words);
      if (found.length > 0) console.log(found.join("\n"));
    });
}

/** What may follow these words: commands, or the flags of a command that has none below it. */
export function candidates(program: Command, words: readonly string[]): string[] {
  const command = words.reduce<Command>(
    (at, word) => at.commands.find((child) => child.name() === word) ?? at,
    program,
  );
  const last = words.at(-1) ?? "";
  const option = command.options.find((candidate) => candidate.long === last);
  if (option?.argChoices !== undefined) return [...option.argChoices];
  if (option?.required === true) return [];
  const below = command.commands.map((child) => child.name()).filter((name) => name !== "complete");
  if (below.length > 0) return below;
  const positional = command.registeredArguments.flatMap((argument) => argument.argChoices ?? []);
  return [
    ...positional,
    ...command.options.filter((candidate) => !candidate.hidden).map((candidate) => candidate.long ?? ""),
  ];
}
