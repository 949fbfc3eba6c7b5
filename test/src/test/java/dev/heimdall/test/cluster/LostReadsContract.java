package dev.heimdall.test.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fault.TcpFaults;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Reads whose server connection is cut anywhere in their answer are carried out again, and their
 * clients see one answer, the whole one. {@code -Dcuts.step} says by how many bytes the places of
 * the cuts differ (default 23).
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class LostReadsContract {
  static final int STEP = Integer.getInteger("cuts.step", 23);

  /** Is in each answer, as the name of a column. */
  static final byte[] MARK = "marked_answer".getBytes(StandardCharsets.US_ASCII);

  /** What a client is told, word by word, and in how many bytes. */
  record ReadAnswer(String words, int bytes) {}

  /** A client that reads in one way. */
  interface Reading extends AutoCloseable {
    /**
     * Reads once.
     *
     * @param number another one each time
     */
    ReadAnswer read(int number) throws IOException;

    /** When it has read for the last time. */
    default void end() throws IOException {}

    @Override
    void close() throws IOException;
  }

  /** Ways to read. */
  abstract Stream<String> ways();

  /** Starts a node, and a client that reads through it. */
  abstract Reading reading(String way) throws IOException;

  /** What is between the node and its server. */
  abstract TcpFaults network();

  @ParameterizedTest
  @MethodSource("ways")
  void aReadIsAnsweredWholeWhereverItsConnectionWasCut(String way) throws IOException {
    try (Reading client = reading(way)) {
      ReadAnswer whole = client.read(0);
      for (int passed = 0; passed < whole.bytes(); passed += STEP) {
        network().cutOnce(MARK, passed);
        assertThat(client.read(1 + passed).words())
            .as("cut behind %d", passed)
            .isEqualTo(whole.words());
        assertThat(network().cutDone()).isTrue();
      }
      client.end();
    }
  }
}
