package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.FreePort;
import dev.heimdall.test.fixture.Needs;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The dashboard of the demo while clients shop for five minutes: the picture of the README. */
@Needs("chromium")
@Tag("long")
class DemoPictureIT {
  private static final Pattern PASSWORD = Pattern.compile("user admin, password (\\S+)");
  private static final int CLIENTS = 24;
  private static final int LARGEST = 150_000;
  private static final int COLOURS = 256;
  private static final List<String> CATEGORIES =
      List.of("lighting", "seating", "tables", "storage");
  private static final Duration PERIOD = Duration.ofSeconds(70);

  @TempDir private Path directory;

  private volatile boolean over;

  /** A shopper, who thinks for longer at some times than at others. */
  private Void shop(int port, int seed) throws SQLException, InterruptedException {
    Random random = new Random(seed);
    try (Connection client =
            DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + port + "/shop?user=shop&password=shop");
        Statement statement = client.createStatement()) {
      while (!over) {
        int product = 1 + random.nextInt(200);
        read(statement, "SELECT id, name, price FROM products WHERE id = " + product);
        read(
            statement,
            "SELECT id, title, percent FROM offers WHERE category = '%s' ORDER BY percent DESC"
                .formatted(CATEGORIES.get(random.nextInt(CATEGORIES.size()))));
        if (random.nextInt(400) == 0) {
          statement.execute(
              "UPDATE offers SET percent = 20 WHERE id = " + (1 + random.nextInt(40)));
        }
        if (random.nextInt(5) == 0) {
          client.setAutoCommit(false);
          statement.execute("UPDATE products SET stock = stock - 1 WHERE id = " + product);
          read(statement, "SELECT stock FROM products WHERE id = " + product);
          client.commit();
          client.setAutoCommit(true);
        }
        double tide = Math.sin(2 * Math.PI * System.nanoTime() / PERIOD.toNanos());
        TimeUnit.MICROSECONDS.sleep(Math.round(20_000 - 9_000 * tide + random.nextInt(8_000)));
      }
    }
    return null;
  }

  private static void read(Statement statement, String sql) throws SQLException {
    try (ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        assertThat(rows.getObject(1)).isNotNull();
      }
    }
  }

  /** Leaves the most frequent colours, with each other one as the nearest of these. */
  private static void fewerColours(Path picture) throws IOException {
    BufferedImage all = ImageIO.read(picture.toFile());
    Map<Integer, Integer> counts = new HashMap<>();
    for (int rgb : all.getRGB(0, 0, all.getWidth(), all.getHeight(), null, 0, all.getWidth())) {
      counts.merge(rgb, 1, Integer::sum);
    }
    int[] kept =
        counts.entrySet().stream()
            .sorted(Map.Entry.<Integer, Integer>comparingByValue().reversed())
            .limit(COLOURS)
            .mapToInt(Map.Entry::getKey)
            .toArray();
    Map<Integer, Integer> places = new HashMap<>();
    IndexColorModel palette =
        new IndexColorModel(8, kept.length, kept, 0, false, -1, DataBuffer.TYPE_BYTE);
    BufferedImage few =
        new BufferedImage(
            all.getWidth(), all.getHeight(), BufferedImage.TYPE_BYTE_INDEXED, palette);
    for (int y = 0; y < all.getHeight(); y++) {
      for (int x = 0; x < all.getWidth(); x++) {
        few.getRaster()
            .setSample(
                x, y, 0, places.computeIfAbsent(all.getRGB(x, y), rgb -> nearest(rgb, kept)));
      }
    }
    assertThat(ImageIO.write(few, "png", picture.toFile())).isTrue();
  }

  private static int nearest(int rgb, int[] kept) {
    int best = 0;
    for (int i = 1; i < kept.length; i++) {
      if (distance(rgb, kept[i]) < distance(rgb, kept[best])) {
        best = i;
      }
    }
    return best;
  }

  private static int distance(int one, int other) {
    int sum = 0;
    for (int shift = 0; shift <= 16; shift += 8) {
      int difference = (one >> shift & 255) - (other >> shift & 255);
      sum += difference * difference;
    }
    return sum;
  }

  @Test
  @Timeout(value = 12, unit = TimeUnit.MINUTES)
  void theDashboardOfFiveMinutes() throws Exception {
    int base = FreePort.any();
    ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    try (Started demo =
            Started.start(
                directory.resolve("demo"),
                Map.of(),
                List.of("demo", "--no-workload", "--port-base=" + base));
        Browser browser = Browser.start()) {
      demo.awaitOutput("user admin, password");
      Matcher password = PASSWORD.matcher(demo.output());
      assertThat(password.find()).isTrue();
      List<Future<Void>> shopping = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        int seed = i;
        shopping.add(clients.submit(() -> shop(base, seed)));
      }
      Rest rest = new Rest(base + 8, "admin", password.group(1));
      Await.until(
          "there are figures of five minutes",
          Duration.ofMinutes(10),
          () -> {
            int busy = 0;
            for (var value :
                rest.get("/api/v1/figures?range=5m").json().path("fields").path("queries")) {
              busy += value.asDouble() > 0 ? 1 : 0;
            }
            return busy >= 148;
          },
          demo::output);
      browser.picture();
      browser.open("http://localhost:" + (base + 8) + "/login");
      browser.find("#password").sendKeys(password.group(1));
      browser.click("main button");
      browser.awaitText("Live").awaitText("Cluster shop");
      browser.find(".graph canvas");
      Path picture = browser.shotOf("readme-dashboard");
      fewerColours(picture);
      assertThat(Files.size(picture)).isBetween(10_000L, (long) LARGEST);
      assertThat(browser.find(".tile .number[data-field=cachePercent]").getText())
          .isNotEqualTo("–");
      over = true;
      for (Future<Void> one : shopping) {
        one.get(30, TimeUnit.SECONDS);
      }
      demo.terminate();
      assertThat(demo.exitCode()).isNotNegative();
    } finally {
      over = true;
      clients.shutdownNow();
    }
  }
}
