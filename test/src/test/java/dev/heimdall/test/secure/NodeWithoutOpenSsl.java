package dev.heimdall.test.secure;

import dev.heimdall.engine.boot.Node;
import dev.heimdall.model.ConfigurationReader;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * A node in a JVM of its own in which Netty may not use OpenSSL, so that the JDK provides TLS. It
 * ends when its standard input does.
 */
final class NodeWithoutOpenSsl implements AutoCloseable {
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
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
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
      } else if (line.equals("ready")) {
        // Its log must not block it.
        Thread drain = new Thread(() -> out.lines().forEach(ignored -> {}), "child-log");
        drain.setDaemon(true);
        drain.start();
        return node;
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
    Path directory = Path.of(args[0]);
    try (Node node = Node.start(directory)) {
      for (String vdb : ConfigurationReader.read(directory).vdbs().keySet()) {
        System.out.println("port " + vdb + " " + node.port(vdb));
      }
      System.out.println("ready");
      System.out.flush();
      while (System.in.read() >= 0) {}
    }
  }
}
