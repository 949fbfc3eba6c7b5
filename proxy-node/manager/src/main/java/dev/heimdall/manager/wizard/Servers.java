package dev.heimdall.manager.wizard;

import dev.heimdall.model.ClusterKind;
import dev.heimdall.model.Engine;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The database servers that were typed. */
final class Servers {
  /** A name or IPv4 address, or an IPv6 address in brackets, and a port. */
  private static final Pattern SERVER =
      Pattern.compile("([A-Za-z0-9._-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}])(?::(\\d{1,5}))?");

  private Servers() {}

  static Optional<Engine> engine(Answers answers) {
    return Engine.spelled(answers.get("engine"));
  }

  /**
   * Returns the kind of the cluster: for servers that replicate by themselves, its name depends on
   * the engine.
   */
  static Optional<ClusterKind> kind(Answers answers) {
    Optional<Engine> engine = engine(answers);
    String typed = answers.get("kind");
    if (typed.equals("one")) {
      return Optional.of(ClusterKind.NONE);
    }
    if (typed.equals("replicas")) {
      return engine.map(Engine::replicated).filter(kind -> kind != ClusterKind.NONE);
    }
    return Stream.of(ClusterKind.values())
        .filter(kind -> kind != ClusterKind.NONE && kind.spelling().equals(typed))
        .findFirst();
  }

  /** As a URL has them; empty: a line is none. */
  static Optional<List<String>> replicas(Answers answers) {
    List<String> servers = new ArrayList<>();
    for (String line : lines(answers.get("replicas"))) {
      Matcher matcher = SERVER.matcher(line);
      if (!matcher.matches()) {
        return Optional.empty();
      }
      servers.add(matcher.group(2) == null ? line + ":" + port(answers) : line);
    }
    return Optional.of(servers);
  }

  /** The lines of a field, or what commas separate. */
  static List<String> lines(String text) {
    return Stream.of(text.split("[\\n,;]"))
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .toList();
  }

  /** Those of the load balancers that send headers; none: clients connect to nodes themselves. */
  static List<String> networks(Answers answers) {
    return lines(answers.get("balancers"));
  }

  static String port(Answers answers) {
    return answers.get(
        "port", engine(answers).map(engine -> Integer.toString(engine.port())).orElse(""));
  }

  /** Returns the URL of the database, for its document. */
  static String url(Answers answers) {
    String host = answers.get("host");
    String spelled = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    List<String> all = new ArrayList<>(List.of(spelled + ":" + port(answers)));
    all.addAll(replicas(answers).orElse(List.of()));
    return engine(answers)
        .orElse(Engine.usual())
        .url(String.join(",", all), answers.get("database"));
  }
}
