package dev.heimdall.engine.cache.far;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class KeyPictureTest {
  private static byte[] key(int number) {
    return ("key " + number).getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void itIsWhatWasReported() {
    KeyPicture picture = new KeyPicture(100_000);
    picture.complete();
    Set<Integer> model = new HashSet<>();
    Random random = new Random(7);
    for (int step = 0; step < 200_000; step++) {
      int number = random.nextInt(3000);
      // In turns more come or more go, so that tables grow and are emptied.
      if (random.nextInt(10) < (step / 20_000 % 2 == 0 ? 7 : 3)) {
        picture.present(key(number));
        model.add(number);
      } else {
        picture.absent(key(number));
        model.remove(number);
      }
      int other = random.nextInt(3000);
      assertThat(picture.knownAbsent(key(other))).isEqualTo(!model.contains(other));
    }
    assertThat(picture.size()).isEqualTo(model.size());
    for (int number = 0; number < 3000; number++) {
      assertThat(picture.knownAbsent(key(number))).isEqualTo(!model.contains(number));
    }
  }

  @Test
  void nothingIsKnownBeforeAllKeysWereReportedNorAfterALoss() {
    KeyPicture picture = new KeyPicture(10);
    picture.present(key(1));
    assertThat(picture.knownAbsent(key(2))).isFalse();

    picture.complete();
    assertThat(picture.knownAbsent(key(1))).isFalse();
    assertThat(picture.knownAbsent(key(2))).isTrue();

    picture.unknown();
    assertThat(picture.knownAbsent(key(2))).isFalse();
    assertThat(picture.size()).isZero();

    picture.complete();
    assertThat(picture.knownAbsent(key(1))).isTrue();
  }

  @Test
  void withTooManyKeysNothingIsKnownOfAny() {
    KeyPicture picture = new KeyPicture(10);
    picture.complete();
    for (int i = 0; i < 10; i++) {
      picture.present(key(i));
    }
    assertThat(picture.full()).isFalse();
    assertThat(picture.knownAbsent(key(99))).isTrue();

    picture.present(key(10));

    assertThat(picture.full()).isTrue();
    assertThat(picture.size()).isZero();
    assertThat(picture.knownAbsent(key(99))).isFalse();
    picture.complete();
    assertThat(picture.isComplete()).isFalse();
    picture.present(key(11));
    assertThat(picture.size()).isZero();

    picture.unknown();
    picture.present(key(1));
    picture.complete();
    assertThat(picture.knownAbsent(key(99))).isTrue();
    assertThat(picture.knownAbsent(key(1))).isFalse();
  }

  @Test
  void severalThreadsMayReport() {
    KeyPicture picture = new KeyPicture(100_000);
    picture.complete();
    List<CompletableFuture<Void>> reporters = new ArrayList<>();
    for (int thread = 0; thread < 4; thread++) {
      int first = thread * 5000;
      reporters.add(
          CompletableFuture.runAsync(
              () -> {
                for (int i = first; i < first + 5000; i++) {
                  picture.present(key(i));
                }
                for (int i = first; i < first + 5000; i += 2) {
                  picture.absent(key(i));
                }
              }));
    }
    reporters.forEach(CompletableFuture::join);

    assertThat(picture.size()).isEqualTo(10_000);
    for (int i = 0; i < 20_000; i++) {
      assertThat(picture.knownAbsent(key(i))).isEqualTo(i % 2 == 0);
    }
  }

  @Test
  void hashesOfKeysThatDifferLittleDiffer() {
    Set<Long> hashes = new HashSet<>();
    for (int length = 0; length < 40; length++) {
      byte[] key = new byte[length];
      hashes.add(KeyHash.of(key));
      for (int bit = 0; bit < length * 8; bit++) {
        key[bit / 8] ^= (byte) (1 << bit % 8);
        hashes.add(KeyHash.of(key));
        key[bit / 8] ^= (byte) (1 << bit % 8);
      }
    }
    assertThat(hashes).hasSize(40 + 8 * 39 * 40 / 2).doesNotContain(0L);
  }
}
