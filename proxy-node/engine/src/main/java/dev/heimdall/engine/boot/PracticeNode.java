package dev.heimdall.engine.boot;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.engine.practice.Practice;
import dev.heimdall.engine.practice.PracticeRun;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.ConfigurationException;
import dev.heimdall.model.ConfigurationReader;
import dev.heimdall.model.Engine;
import dev.heimdall.model.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.Stream;

/** A node that has a client and a server of its own for each dialect, on this machine alone. */
final class PracticeNode implements AutoCloseable {
  private static final String NAME = "practice";

  private final Map<Engine, PracticeRun> runs;
  private final Node node;
  private final String password;

  private PracticeNode(Map<Engine, PracticeRun> runs, Node node, String password) {
    this.runs = runs;
    this.node = node;
    this.password = password;
  }

  static PracticeNode start(Map<Engine, Practice> practices, Transport transport)
      throws IOException, StartupException, ConfigurationException {
    // What listens for moments on this machine lets no other client in.
    byte[] secret = new byte[16];
    new SecureRandom().nextBytes(secret);
    String password = HexFormat.of().formatHex(secret);
    Map<Engine, PracticeRun> runs = new LinkedHashMap<>();
    try {
      for (Map.Entry<Engine, Practice> each : practices.entrySet()) {
        runs.put(each.getKey(), new PracticeRun(each.getValue()));
      }
      Path directory = Files.createTempDirectory("heimdall-practice");
      Configuration configuration;
      try {
        write(directory, runs, transport, password);
        configuration = ConfigurationReader.read(directory);
      } finally {
        delete(directory);
      }
      return new PracticeNode(runs, Node.practising(directory, configuration, practices), password);
    } catch (IOException | StartupException | ConfigurationException | RuntimeException e) {
      runs.values().forEach(PracticeRun::close);
      throw e;
    }
  }

  private static void write(
      Path directory, Map<Engine, PracticeRun> runs, Transport transport, String password)
      throws IOException {
    ObjectNode settings = document();
    settings.put("loops", 1).put("warmUp", "0").put("memoryBudget", "4MiB");
    settings.put("transport", transport.name().toLowerCase(Locale.ROOT));
    settings.putObject("http").put("enabled", false);
    write(directory.resolve("node.json"), settings);
    write(directory.resolve("users").resolve(NAME + ".json"), document().put("password", password));
    for (Map.Entry<Engine, PracticeRun> each : runs.entrySet()) {
      String name = name(each.getKey());
      ObjectNode source = document();
      source
          .put(
              "url",
              "jdbc:%s://127.0.0.1:%d/%s"
                  .formatted(each.getKey().spelling(), each.getValue().port(), NAME))
          .put("user", NAME)
          .put("password", password);
      source.putObject("tls").put("mode", "disable");
      write(directory.resolve("sources").resolve(name + ".json"), source);
      ObjectNode plain = vdb(name, PracticeRun.CLIENTS);
      write(directory.resolve("vdbs").resolve(name + ".json"), plain);
      ObjectNode judged = vdb(name, PracticeRun.FEW_SERVERS);
      judged.putArray("rules").add(NAME);
      write(directory.resolve("vdbs").resolve(judged(name) + ".json"), judged);
    }
    ObjectNode rule = document().put("match", "(?i)^drop ").put("action", "drop");
    ObjectNode rules = document();
    rules.putArray("rules").add(rule);
    write(directory.resolve("rules").resolve(NAME + ".json"), rules);
  }

  private static ObjectNode vdb(String source, int servers) {
    ObjectNode vdb = document();
    vdb.put("source", source).put("address", "127.0.0.1").putArray("ports").add(0);
    vdb.putObject("pool").put("size", servers);
    return vdb;
  }

  private static String name(Engine engine) {
    return NAME + "-" + engine.spelling();
  }

  /** The virtual database whose statements are judged: they meet rules, share and wait. */
  private static String judged(String name) {
    return name + "-judged";
  }

  private static ObjectNode document() {
    return JsonNodeFactory.instance.objectNode();
  }

  private static void write(Path file, ObjectNode document) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, document.toString());
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> found = Files.walk(directory)) {
      for (Path file : found.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /**
   * Has clients come in.
   *
   * @param enough whether those of one dialect may leave after so many statements
   */
  List<PracticeRun> begin(IntPredicate enough) {
    List<PracticeRun> begun = new ArrayList<>();
    runs.forEach(
        (engine, run) -> {
          String name = name(engine);
          run.begin(
              List.of(node.port(name), node.port(judged(name))),
              new Practice.Account(NAME, password, NAME),
              enough);
          begun.add(run);
        });
    return begun;
  }

  Node node() {
    return node;
  }

  @Override
  public void close() {
    runs.values().forEach(PracticeRun::leave);
    node.close();
    runs.values().forEach(PracticeRun::close);
  }
}
