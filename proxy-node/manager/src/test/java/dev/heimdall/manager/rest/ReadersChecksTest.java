package dev.heimdall.manager.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.manager.RestClient;
import dev.heimdall.manager.SmallManager;
import dev.heimdall.manager.accounts.Role;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A check may take long; those of readers take no place of those who may change something. */
class ReadersChecksTest {
  private static final String SLOW =
      "{\"changes\": [{\"document\": \"vdbs/slow.json\", \"text\":"
          + " \"{\\\"ports\\\": [5051], \\\"source\\\": \\\"main\\\"}\"}]}";

  @TempDir private Path directory;

  @Test
  void checksOfReadersTakeNoPlaceOfAnAdmin() throws Exception {
    CountDownLatch checked = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    ExecutorService other = Executors.newSingleThreadExecutor();
    try (SmallManager manager =
        SmallManager.withAccounts(
            directory,
            read -> {
              if (read.vdbs().containsKey("slow")) {
                checked.countDown();
                try {
                  goOn.await();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              }
              return List.of();
            })) {
      manager.write("sources/main.json", "{\"url\": \"jdbc:postgresql://db.example\"}");
      manager.account("looks", Role.READ_ONLY, "a word of her own");
      manager.serveApi();
      RestClient reader = new RestClient(manager.port(), "looks", "a word of her own");
      Future<HttpResponse<String>> slow =
          other.submit(() -> reader.send("POST", "/api/v1/check", SLOW));
      checked.await();
      try {
        String mine = SLOW.replace("vdbs/slow", "vdbs/quick");

        HttpResponse<String> check = manager.rest().send("POST", "/api/v1/check", mine);
        HttpResponse<String> commit =
            manager
                .rest()
                .send(
                    "POST", "/api/v1/commit", mine.replace("\"text\"", "\"over\": null, \"text\""));

        assertThat(check.statusCode()).as(check.body()).isEqualTo(200);
        assertThat(commit.statusCode()).as(commit.body()).isEqualTo(200);
        assertThat(slow).isNotDone();
      } finally {
        goOn.countDown();
      }
      assertThat(slow.get().statusCode()).isEqualTo(200);
    } finally {
      other.shutdownNow();
    }
  }
}
