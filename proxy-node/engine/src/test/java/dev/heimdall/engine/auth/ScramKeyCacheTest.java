package dev.heimdall.engine.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class ScramKeyCacheTest {

  private static final byte[] SALT = {1, 2, 3};

  @Test
  void keysAreThoseOfPasswordSaltAndIterations() {
    ScramKeyCache cache = new ScramKeyCache(10);
    ScramKeys keys = cache.keys(password("a"), SALT, 3);

    assertThat(keys).isEqualTo(new ScramArithmetic().derive(password("a"), SALT, 3));
    assertThat(cache.known(password("a"), SALT, 3)).isSameAs(keys);
    assertThat(cache.known(password("b"), SALT, 3)).isNull();
    assertThat(cache.known(password("a"), new byte[] {1, 2}, 3)).isNull();
    assertThat(cache.known(password("a"), SALT, 4)).isNull();
  }

  @Test
  void leastRecentlyUsedKeysGoFirst() {
    ScramKeyCache cache = new ScramKeyCache(2);
    cache.keys(password("a"), SALT, 1);
    cache.keys(password("b"), SALT, 1);
    cache.keys(password("a"), SALT, 1);
    cache.keys(password("c"), SALT, 1);

    assertThat(cache.size()).isEqualTo(2);
    assertThat(cache.known(password("a"), SALT, 1)).isNotNull();
    assertThat(cache.known(password("b"), SALT, 1)).isNull();
    assertThat(cache.known(password("c"), SALT, 1)).isNotNull();
  }

  @Test
  void threadsThatAskAtOnceShareOneDerivation() throws Exception {
    ScramKeyCache cache = new ScramKeyCache(2);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Callable<ScramKeys>> asks = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        asks.add(() -> cache.keys(password("a"), SALT, 5_000));
      }
      ScramKeys first = null;
      for (Future<ScramKeys> answer : threads.invokeAll(asks)) {
        first = first == null ? answer.get() : first;
        assertThat(answer.get()).isSameAs(first);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void callerMayChangeItsSaltAfterwards() {
    ScramKeyCache cache = new ScramKeyCache(2);
    byte[] salt = SALT.clone();
    cache.keys(password("a"), salt, 1);
    salt[0] = 9;

    assertThat(cache.known(password("a"), SALT, 1)).isNotNull();
    assertThat(cache.known(password("a"), salt, 1)).isNull();
  }

  @Test
  void capacityBelowOneIsRefused() {
    assertThatThrownBy(() -> new ScramKeyCache(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("got 0");
  }

  private static byte[] password(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
