package dev.heimdall.engine.admin;

import dev.heimdall.engine.console.Tokens.Kind;
import dev.heimdall.engine.console.Tokens.Token;
import java.util.List;

/** Argument that follows the words of a console's command. */
enum VerbArgument {
  NONE(""),
  VDB(" [vdb]"),
  DATABASE(" [db]"),
  TABLE(" [table]"),
  CLIENT(" <client id>");

  private final String usage;

  VerbArgument(String usage) {
    this.usage = usage;
  }

  /** Notation of the argument, with a leading blank. */
  String usage() {
    return usage;
  }

  /** True if these are arguments of the right number and kind. */
  boolean fits(List<Token> arguments) {
    return switch (this) {
      case NONE -> arguments.isEmpty();
      case VDB, DATABASE, TABLE ->
          arguments.isEmpty() || arguments.size() == 1 && arguments.get(0).isName();
      case CLIENT -> arguments.size() == 1 && arguments.get(0).kind() == Kind.NUMBER;
    };
  }
}
