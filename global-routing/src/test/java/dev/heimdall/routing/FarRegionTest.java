package dev.heimdall.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

class FarRegionTest {
  /** A server whose queue is full takes no more connections, as where no way leads. */
  @Test
  void aRegionThatNoWayLeadsToIsWaitedForASecond() throws Exception {
    List<Socket> waiting = new ArrayList<>();
    try (ServerSocket hole = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      fill(hole, waiting);
      AwsAccess access =
          new AwsAccess(
              "us-east-1",
              Optional.of(URI.create("http://127.0.0.1:" + hole.getLocalPort())),
              StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIDEXAMPLE", "secret")),
              Duration.ofSeconds(20));
      try (RdsReader reader = RdsReader.far(access, Clock.systemUTC())) {
        Instant begin = Instant.now();
        TopologyReading reading = reader.read();
        assertThat(Duration.between(begin, Instant.now())).isLessThan(Duration.ofMillis(2500));
        assertThat(reading.complete()).isEmpty();
        assertThat(reading.troubles())
            .singleElement()
            .satisfies(trouble -> assertThat(trouble.action()).isEqualTo("rds:DescribeDBClusters"));
      }
    } finally {
      for (Socket socket : waiting) {
        socket.close();
      }
    }
  }

  private static void fill(ServerSocket hole, List<Socket> waiting) throws Exception {
    for (int i = 0; i < 16; i++) {
      Socket socket = new Socket();
      waiting.add(socket);
      try {
        socket.connect(new InetSocketAddress("127.0.0.1", hole.getLocalPort()), 200);
      } catch (java.net.SocketTimeoutException e) {
        return;
      }
    }
    throw new IllegalStateException("its queue is never full");
  }
}
