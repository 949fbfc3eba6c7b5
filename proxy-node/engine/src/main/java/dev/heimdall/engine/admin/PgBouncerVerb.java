package dev.heimdall.engine.admin;

import dev.heimdall.engine.admin.Tokens.Kind;
import dev.heimdall.engine.admin.Tokens.Token;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The commands of PgBouncer's console, as its page "usage" lists them. */
enum PgBouncerVerb {
  SHOW_STATS(Argument.NONE),
  SHOW_STATS_TOTALS(Argument.NONE),
  SHOW_STATS_AVERAGES(Argument.NONE),
  SHOW_TOTALS(Argument.NONE),
  SHOW_POOLS(Argument.NONE),
  SHOW_PEER_POOLS(Argument.NONE),
  SHOW_PEERS(Argument.NONE),
  SHOW_DATABASES(Argument.NONE),
  SHOW_USERS(Argument.NONE),
  SHOW_CLIENTS(Argument.NONE),
  SHOW_SERVERS(Argument.NONE),
  SHOW_SOCKETS(Argument.NONE),
  SHOW_ACTIVE_SOCKETS(Argument.NONE),
  SHOW_LISTS(Argument.NONE),
  SHOW_MEM(Argument.NONE),
  SHOW_DNS_HOSTS(Argument.NONE),
  SHOW_DNS_ZONES(Argument.NONE),
  SHOW_CONFIG(Argument.NONE),
  SHOW_STATE(Argument.NONE),
  SHOW_VERSION(Argument.NONE),
  SHOW_HELP(Argument.NONE),
  PAUSE(Argument.DATABASE),
  RESUME(Argument.DATABASE),
  RECONNECT(Argument.DATABASE),
  RELOAD(Argument.NONE),
  KILL_CLIENT(Argument.CLIENT);

  private enum Argument {
    NONE(""),
    DATABASE(" [db]"),
    CLIENT(" <client id>");

    private final String usage;

    Argument(String usage) {
      this.usage = usage;
    }
  }

  private final Argument argument;

  PgBouncerVerb(Argument argument) {
    this.argument = argument;
  }

  /** As it is written, without what follows. */
  String words() {
    return this == KILL_CLIENT ? name() : name().replaceFirst("^SHOW_", "SHOW ");
  }

  String usage() {
    return words() + argument.usage;
  }

  static String all() {
    return Arrays.stream(values()).map(PgBouncerVerb::usage).collect(Collectors.joining(", "));
  }

  /** The command whose words the statement begins with. */
  static Optional<PgBouncerVerb> of(List<Token> statement) {
    return Arrays.stream(values())
        .filter(verb -> Tokens.begins(statement, verb.words()))
        .findFirst();
  }

  List<Token> arguments(List<Token> statement) {
    return statement.subList(words().split(" ").length, statement.size());
  }

  boolean complete(List<Token> arguments) {
    return switch (argument) {
      case NONE -> arguments.isEmpty();
      case DATABASE -> arguments.isEmpty() || arguments.size() == 1 && arguments.get(0).isName();
      case CLIENT -> arguments.size() == 1 && arguments.get(0).kind() == Kind.NUMBER;
    };
  }
}
