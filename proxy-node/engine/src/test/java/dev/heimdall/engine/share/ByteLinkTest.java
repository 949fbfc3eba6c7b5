package dev.heimdall.engine.share;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.model.StoreMode;
import dev.heimdall.model.StoreSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ByteLinkTest {
  private static final byte[] KEY = "secret key".getBytes(StandardCharsets.UTF_8);

  private FakeStore fake;
  private SharedStore store;
  private ByteStore bytes;

  @BeforeEach
  void open() throws Exception {
    fake = new FakeStore();
    StoreSettings defaults = StoreSettings.defaults();
    store =
        new SharedStore(
            new StoreSettings(
                List.of(fake.address()),
                StoreMode.STANDALONE,
                defaults.user(),
                defaults.password(),
                defaults.tls(),
                "test"),
            1);
    bytes = store.bytes("cache", new Nobody());
    until(bytes::connected);
  }

  @AfterEach
  void close() throws IOException {
    bytes.close();
    store.close();
    fake.close();
  }

  private static final class Nobody implements KeyWatcher {
    @Override
    public void present(byte[] key) {}

    @Override
    public void absent(byte[] key) {}

    @Override
    public void complete() {}

    @Override
    public void unknown() {}

    @Override
    public boolean full() {
      return false;
    }
  }

  private static void until(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - deadline).isNegative();
      Thread.sleep(5);
    }
  }

  /** Nothing if the request was answered, else what it has failed with. */
  private String failureOfGet() {
    try {
      bytes.get(KEY).toCompletableFuture().join();
      return "";
    } catch (CompletionException e) {
      assertThat(e.getCause()).isInstanceOf(StoreException.class);
      return e.getCause().getMessage();
    }
  }

  @Test
  void aConnectionThatDoesNotAnswerIsReplaced() throws Exception {
    assertThat(failureOfGet()).isEmpty();
    fake.muteAt("GET");
    assertThat(failureOfGet()).contains("timed out");
    fake.muteAt(null);

    // The server answers again, but never over the connection that it was asked over.
    until(() -> failureOfGet().isEmpty());
  }

  @Test
  void aConnectionThatIsLostIsReplacedAndNothingIsSentMeanwhile() throws Exception {
    fake.away(true);
    until(() -> !bytes.connected());
    assertThat(failureOfGet()).isEqualTo("the shared store is unavailable");
    fake.away(false);

    until(bytes::connected);
    assertThat(failureOfGet()).isEmpty();
  }

  @Test
  void whatAServerQuotesIsNotPassedOn() {
    fake.refuse("GET", "ERR unknown command 'GET', with args beginning with: 'secret key'");
    assertThat(failureOfGet()).isEqualTo("its server answers ERR");

    fake.refuse("GET", "NOPERM this user has no permissions to run the 'get' command");
    assertThat(failureOfGet()).startsWith("NOPERM");
  }

  @Test
  void afterItsEndNothingIsSent() {
    bytes.close();

    assertThat(bytes.connected()).isFalse();
    assertThat(failureOfGet()).isEqualTo("the shared store is unavailable");
  }
}
