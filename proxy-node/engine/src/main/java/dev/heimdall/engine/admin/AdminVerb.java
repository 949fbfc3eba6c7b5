package dev.heimdall.engine.admin;

import dev.heimdall.engine.console.Tokens;
import dev.heimdall.engine.console.Tokens.Token;
import dev.heimdall.model.NearestName;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The commands of the admin console. */
enum AdminVerb {
  SHOW_POOLS("SHOW POOLS", VerbArgument.NONE, "Pools: clients, queue and server connections"),
  SHOW_CLIENTS("SHOW CLIENTS", VerbArgument.NONE, "Client connections, with pin reasons and waits"),
  SHOW_SERVERS("SHOW SERVERS", VerbArgument.NONE, "Server connections"),
  SHOW_STATS("SHOW STATS", VerbArgument.NONE, "Traffic since the node started"),
  SHOW_CLUSTER("SHOW CLUSTER", VerbArgument.NONE, "Clusters that the node watches"),
  SHOW_NODES("SHOW NODES", VerbArgument.NONE, "Servers of these clusters: role, state, lag, why"),
  SHOW_EVENTS("SHOW EVENTS", VerbArgument.NONE, "What became of these clusters, oldest first"),
  SHOW_TOPOLOGY("SHOW TOPOLOGY", VerbArgument.NONE, "Topology documents, and how recent they are"),
  SHOW_STORE(
      "SHOW STORE",
      VerbArgument.NONE,
      "The shared store: where, and whether it publishes events of keys"),
  SHOW_MEMORY(
      "SHOW MEMORY", VerbArgument.NONE, "Heap, network buffers, and what caches have of them"),
  SHOW_PATTERNS(
      "SHOW PATTERNS",
      VerbArgument.NONE,
      "Statements by their pattern: how often, how long, why not cached or read from replicas"),
  SHOW_CACHE_PATTERNS(
      "SHOW CACHE PATTERNS",
      VerbArgument.NONE,
      "How often the cache serves each kind of statement"),
  SHOW_CACHE("SHOW CACHE", VerbArgument.NONE, "Results that are kept, and how often they serve"),
  SHOW_CHANGES(
      "SHOW CHANGES", VerbArgument.NONE, "Who hears what is written past the nodes, and how far"),
  SHOW_QUEUES("SHOW QUEUES", VerbArgument.NONE, "Queues of async-execute rules"),
  SHOW_PLANS("SHOW PLANS", VerbArgument.NONE, "Plans that extract-plan rules had taken"),
  SHOW_LEARNED("SHOW LEARNED", VerbArgument.NONE, "Patterns that learn-pattern rules learnt"),
  SHOW_TAKE_OVER(
      "SHOW TAKE OVER",
      VerbArgument.NONE,
      "Clients of the process whose place the node takes, and why they have not moved"),
  SHOW_CONFIG_STATE(
      "SHOW CONFIG STATE", VerbArgument.NONE, "Where the configuration comes from, and its state"),
  SHOW_CONFIG("SHOW CONFIG", VerbArgument.NONE, "Effective settings, secrets masked"),
  SHOW_VERSION("SHOW VERSION", VerbArgument.NONE, "The node's version"),
  SHOW_HELP("SHOW HELP", VerbArgument.NONE, "This list"),
  PAUSE("PAUSE", VerbArgument.VDB, "Finish transactions, then hold statements back"),
  RESUME("RESUME", VerbArgument.VDB, "End a pause"),
  RECONNECT("RECONNECT", VerbArgument.VDB, "Replace server connections as they become free"),
  FLUSH_CACHE("FLUSH CACHE", VerbArgument.TABLE, "Let go of kept results, of all tables or of one"),
  KILL("KILL", VerbArgument.CLIENT, "Disconnect a client"),
  RELOAD("RELOAD", VerbArgument.NONE, "Read the configuration again");

  private final String words;
  private final VerbArgument argument;
  private final String description;

  AdminVerb(String words, VerbArgument argument, String description) {
    this.words = words;
    this.argument = argument;
    this.description = description;
  }

  String words() {
    return words;
  }

  String usage() {
    return words + argument.usage();
  }

  /** Returns the syntax of the commands that begin with these words. */
  String usages() {
    return Arrays.stream(values())
        .filter(verb -> verb == this || verb.words.startsWith(words + " "))
        .sorted(Comparator.comparing(AdminVerb::words))
        .map(AdminVerb::usage)
        .collect(Collectors.joining(" or "));
  }

  String description() {
    return description;
  }

  /** All commands on one line. */
  static String all() {
    return Arrays.stream(values()).map(AdminVerb::usage).collect(Collectors.joining(", "));
  }

  /** The command whose words the statement begins with. */
  static Optional<AdminVerb> of(List<Token> statement) {
    return Arrays.stream(values()).filter(verb -> Tokens.begins(statement, verb.words)).findFirst();
  }

  /** True if the statement is this command with arguments of the right number and kind. */
  boolean complete(List<Token> statement) {
    return argument.fits(arguments(statement));
  }

  List<Token> arguments(List<Token> statement) {
    return statement.subList(words.split(" ").length, statement.size());
  }

  /** The command that the words were probably meant to be. */
  static Optional<AdminVerb> nearest(List<Token> statement) {
    String typed =
        statement.stream()
            .limit(2)
            .map(token -> token.text().toUpperCase(Locale.ROOT))
            .collect(Collectors.joining(" "));
    AdminVerb best = null;
    int bestDistance = Integer.MAX_VALUE;
    for (AdminVerb verb : values()) {
      String compared = verb.words.indexOf(' ') < 0 ? typed.split(" ")[0] : typed;
      int distance = NearestName.distance(compared, verb.words);
      if (distance < bestDistance && distance <= Math.max(2, verb.words.length() / 3)) {
        best = verb;
        bestDistance = distance;
      }
    }
    return Optional.ofNullable(best);
  }
}
