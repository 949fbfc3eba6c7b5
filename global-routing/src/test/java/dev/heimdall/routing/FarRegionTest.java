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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

class FarRegionTest {
  private static final Duration OWN_ANSWER = Duration.ofSeconds(20);

  private final List<Socket> waiting = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (Socket socket : waiting) {
      socket.close();
    }
  }

  /** A server whose queue is full takes no more connections, as where no way leads. */
  @Test
  void aRegionThatNoWayLeadsToIsWaitedForASecond() throws Exception {
    try (ServerSocket hole = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      fill(hole, waiting);
      isGivenUp("http", hole);
    }
  }

  /** What takes a connection and says nothing over it is a region whose machines are gone. */
  @ParameterizedTest
  @ValueSource(strings = {"http", "https"})
  void aRegionThatTakesAConnectionAndIsSilentIsWaitedForASecond(String scheme) throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
      isGivenUp(scheme, silent);
    }
  }

  private static void isGivenUp(String scheme, ServerSocket by) {
    try (RdsReader reader = RdsReader.far(access(scheme, by.getLocalPort()), Clock.systemUTC())) {
      Instant begin = Instant.now();
      TopologyReading reading = reader.read();
      assertThat(Duration.between(begin, Instant.now())).isLessThan(Duration.ofMillis(2500));
      assertThat(reading.complete()).isEmpty();
      assertThat(reading.troubles())
          .singleElement()
          .satisfies(trouble -> assertThat(trouble.action()).isEqualTo("rds:DescribeDBClusters"));
    }
  }

  private static AwsAccess access(String scheme, int port) {
    return new AwsAccess(
        "us-east-1",
        Optional.of(URI.create(scheme + "://127.0.0.1:" + port)),
        StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIDEXAMPLE", "secret")),
        OWN_ANSWER);
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
