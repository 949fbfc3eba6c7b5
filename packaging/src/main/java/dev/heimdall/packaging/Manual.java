package dev.heimdall.packaging;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The manual page of a command and those below it, in man(7)'s language. */
final class Manual {
  /** Commands that installations do not have, and one that helps in a terminal alone. */
  private static final Set<String> ABSENT = Set.of("demo", "help");

  private final StringBuilder page = new StringBuilder();

  private Manual() {}

  static String of(CommandLine command, About about) {
    Manual manual = new Manual();
    CommandSpec spec = command.getCommandSpec();
    manual.macro(
        "TH",
        spec.name().toUpperCase(Locale.ROOT),
        "1",
        about.time().toString().substring(0, 10),
        "Heimdall " + about.version(),
        "User Commands");
    manual.macro("SH", "NAME");
    manual.text(spec.name() + " - " + about.summary());
    manual.macro("SH", "SYNOPSIS");
    manual.bold(spec.name());
    manual.text("COMMAND [OPTIONS]");
    manual.macro("SH", "DESCRIPTION");
    about.description().forEach(manual::text);
    manual.macro("SH", "COMMANDS");
    manual.commands(command);
    manual.macro("SH", "EXIT STATUS");
    spec.usageMessage()
        .exitCodeList()
        .forEach(
            (code, meaning) -> {
              manual.macro("TP");
              manual.bold(code);
              manual.text(meaning);
            });
    manual.macro("SH", "FILES");
    manual.item("/etc/heimdall.conf", "What this machine says of itself.");
    manual.item("/etc/heimdall", "The configuration, unless heimdall.conf names another place.");
    return manual.page.toString();
  }

  private void commands(CommandLine above) {
    for (CommandLine command : above.getSubcommands().values()) {
      CommandSpec spec = command.getCommandSpec();
      if (spec.usageMessage().hidden() || ABSENT.contains(spec.name())) {
        continue;
      }
      macro("SS", spec.qualifiedName() + parameters(spec.positionalParameters()));
      for (String line : spec.usageMessage().description()) {
        text(plain(line));
      }
      for (OptionSpec option : spec.options()) {
        if (!option.hidden()) {
          item(
              String.join(", ", option.names())
                  + (option.arity().max() > 0 ? "=" + option.paramLabel() : ""),
              described(option.description(), option.defaultValueString()));
        }
      }
      commands(command);
    }
  }

  private static String parameters(List<PositionalParamSpec> parameters) {
    return parameters.stream()
        .filter(parameter -> !parameter.hidden())
        .map(
            parameter ->
                parameter.required()
                    ? " " + parameter.paramLabel()
                    : " [" + parameter.paramLabel() + "]")
        .collect(Collectors.joining());
  }

  private static String described(String[] description, String byDefault) {
    return plain(String.join(" ", description)).replace("${DEFAULT-VALUE}", byDefault);
  }

  /** Without the colours and the format of a terminal's help. */
  private static String plain(String text) {
    return Ansi.OFF.string(text).replace("%n", " ").replace("%%", "%");
  }

  private void item(String term, String meaning) {
    macro("TP");
    bold(term);
    text(meaning);
  }

  private void bold(String text) {
    page.append("\\fB").append(escaped(text)).append("\\fR\n");
  }

  private void text(String text) {
    String escaped = escaped(text);
    // At the beginning of a line these begin a macro.
    page.append(escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" : "")
        .append(escaped)
        .append('\n');
  }

  private void macro(String name, String... arguments) {
    page.append('.').append(name);
    for (String argument : arguments) {
      page.append(" \"").append(escaped(argument).replace("\"", "\\(dq")).append('"');
    }
    page.append('\n');
  }

  private static String escaped(String text) {
    return text.replace("\\", "\\e").replace("-", "\\-").replace('\n', ' ');
  }
}
