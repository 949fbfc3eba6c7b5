package dev.heimdall.engine.admin;

import dev.heimdall.engine.console.Tokens;
import dev.heimdall.engine.console.Tokens.Token;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The commands of PgBouncer's console, as its page "usage" lists them. */
enum PgBouncerVerb {
  SHOW_STATS(VerbArgument.NONE),
  SHOW_STATS_TOTALS(VerbArgument.NONE),
  SHOW_STATS_AVERAGES(VerbArgument.NONE),
  SHOW_TOTALS(VerbArgument.NONE),
  SHOW_POOLS(VerbArgument.NONE),
  SHOW_PEER_POOLS(VerbArgument.NONE),
  SHOW_PEERS(VerbArgument.NONE),
  SHOW_DATABASES(VerbArgument.NONE),
  SHOW_USERS(VerbArgument.NONE),
  SHOW_CLIENTS(VerbArgument.NONE),
  SHOW_SERVERS(VerbArgument.NONE),
  SHOW_SOCKETS(VerbArgument.NONE),
  SHOW_ACTIVE_SOCKETS(VerbArgument.NONE),
  SHOW_LISTS(VerbArgument.NONE),
  SHOW_MEM(VerbArgument.NONE),
  SHOW_DNS_HOSTS(VerbArgument.NONE),
  SHOW_DNS_ZONES(VerbArgument.NONE),
  SHOW_CONFIG(VerbArgument.NONE),
  SHOW_STATE(VerbArgument.NONE),
  SHOW_VERSION(VerbArgument.NONE),
  SHOW_HELP(VerbArgument.NONE),
  PAUSE(VerbArgument.DATABASE),
  RESUME(VerbArgument.DATABASE),
  RECONNECT(VerbArgument.DATABASE),
  RELOAD(VerbArgument.NONE),
  KILL_CLIENT(VerbArgument.CLIENT);

  private final VerbArgument argument;

  PgBouncerVerb(VerbArgument argument) {
    this.argument = argument;
  }

  /** As it is written, without what follows. */
  String words() {
    return this == KILL_CLIENT ? name() : name().replaceFirst("^SHOW_", "SHOW ");
  }

  String usage() {
    return words() + argument.usage();
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

  /** True if the statement is this command with arguments of the right number and kind. */
  boolean complete(List<Token> statement) {
    return argument.fits(arguments(statement));
  }
}
