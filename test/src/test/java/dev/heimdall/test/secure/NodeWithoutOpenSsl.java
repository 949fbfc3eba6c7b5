package dev.heimdall.test.secure;

import dev.heimdall.engine.boot.Node;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A node in a JVM of its own in which Netty may not use OpenSSL, so that the JDK provides TLS. It
 * ends when its standard input does.
 */
final class NodeWithoutOpenSsl implements AutoCloseable {
  private static final List<String> VDBS = List.of("app", "plain", "must", "mutual", "maybe");

  private final Process process;
  private final Map<String, Integer> ports = new TreeMap<>();

  private NodeWithoutOpenSsl(Process process) {
    this.process = process;
  }

  static NodeWithoutOpenSsl start(Path directory) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-Dio.netty.handler.ssl.noOpenSsl=true",
                "-cp",
                System.getProperty("java.class.path"),
                NodeWithoutOpenSsl.class.getName(),
                directory.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    NodeWithoutOpenSsl node = new NodeWithoutOpenSsl(process);
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    StringBuilder said = new StringBuilder();
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      said.append(line).append('\n');
      if (line.startsWith("port ")) {
        String[] words = line.split(" ");
        node.ports.put(words[1], Integer.parseInt(words[2]));
        if (node.ports.size() == VDBS.size()) {
          // Its log must not block it.
          Thread drain = new Thread(() -> out.lines().forEach(ignored -> {}), "child-log");
          drain.setDaemon(true);
          drain.start();
          return node;
        }
      }
    }
    throw new IOException("the node did not start: " + said);
  }

  int port(String vdb) {
    return ports.get(vdb);
  }

  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  public static void main(String[] args) throws Exception {
    try (Node node = Node.start(Path.of(args[0]))) {
      for (String vdb : VDBS) {
        System.out.println("port " + vdb + " " + node.port(vdb));
      }
      System.out.flush();
      while (System.in.read() >= 0) {}
    }
  }
}
