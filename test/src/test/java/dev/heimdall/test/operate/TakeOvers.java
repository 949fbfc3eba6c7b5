package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Processes of one node, each of which takes the place of the one before. */
final class TakeOvers implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private final List<ProxyProcess> all = new ArrayList<>();
  private final Path state;

  TakeOvers(Path directory) throws IOException {
    state = Files.createDirectory(directory.resolve("state"));
  }

  /** The state directory of all of them. */
  Path state() {
    return state;
  }

  /** Starts a process whose place others take. */
  ProxyProcess first(ProxyProcess configured) throws IOException {
    return start(configured);
  }

  /** Starts another one, which asks for the place of the process before. */
  ProxyProcess next(ProxyProcess before) throws IOException {
    return takesOver(before.another("output" + all.size()));
  }

  /** Starts a process that asks for the place of whichever runs. */
  ProxyProcess takesOver(ProxyProcess configured) throws IOException {
    return start(configured, "--take-over");
  }

  private ProxyProcess start(ProxyProcess node, String... more) throws IOException {
    all.add(node);
    List<String> words = new ArrayList<>();
    words.add("--config=" + node.directory());
    words.add("--state=" + state);
    words.addAll(List.of(more));
    node.start(Map.of(), words.toArray(String[]::new));
    return node;
  }

  /** Waits for the end of a process whose place was taken. */
  static void ended(ProxyProcess node) throws InterruptedException {
    assertThat(node.exitCode()).as(node.output()).isZero();
  }

  /** Waits until a process has the place to itself. */
  static void took(ProxyProcess node) {
    Await.until(
        "the process before has gone",
        PATIENCE,
        () -> node.output().contains("take-over ended"),
        node::output);
    assertThat(node.output()).contains("gone=true");
  }

  @Override
  public void close() throws InterruptedException {
    for (ProxyProcess each : all) {
      each.close();
    }
  }
}
