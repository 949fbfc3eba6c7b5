package dev.heimdall.engine.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two processes that want one path: one of them listens. */
class SocketFileTest {
  @TempDir private Path folder;

  /** Takes a path, says so, and listens there when it is told to. */
  public static final class Other {
    private Other() {}

    public static void main(String[] path) throws IOException {
      SocketFile file = new SocketFile(Path.of(path[0]));
      try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
        try (FileChannel claim = file.claim()) {
          file.makeRoom();
          System.out.println("claimed");
          System.in.read();
          listener.bind(UnixDomainSocketAddress.of(file.path()));
        }
        while (System.in.read() >= 0) {
          // until the test ends it
        }
      }
    }
  }

  @Test
  void whoComesAmidAnotherProcessTakingThePathFindsItInUse() throws Exception {
    SocketFile file = new SocketFile(folder.resolve("stale"));
    try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(file.path())); // the file stays
    }
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Other.class.getName(),
                file.path().toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader said =
        new BufferedReader(new InputStreamReader(other.getInputStream(), StandardCharsets.UTF_8))) {
      assertThat(said.readLine()).isEqualTo("claimed");
      assertThat(file.path()).doesNotExist();
      CompletableFuture<Void> taken = new CompletableFuture<>();
      Thread taker =
          new Thread(
              () -> {
                try (FileChannel claim = file.claim()) {
                  file.makeRoom();
                  taken.complete(null);
                } catch (IOException e) {
                  taken.completeExceptionally(e);
                }
              });
      taker.start();
      while (taker.getState() != Thread.State.TIMED_WAITING && taker.isAlive()) {
        Thread.onSpinWait();
      }
      other.getOutputStream().write('\n');
      other.getOutputStream().flush();
      assertThatThrownBy(taken::get).hasMessageContaining("the socket is in use");
      assertThat(Files.exists(file.path())).isTrue();
    } finally {
      other.destroyForcibly().waitFor();
    }
  }
}
