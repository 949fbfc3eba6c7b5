package dev.heimdall.manager;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.pages.PageClient;
import dev.heimdall.model.RegionFacts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever looks like the mask of a secret becomes none, whichever page it comes in by. */
class MaskWaysInTest {
  private static final ObjectMapper ASCII =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
  private static final Pattern MASK = Pattern.compile("•{8} [0-9a-f]{12}");
  private static final Pattern CSRF = Pattern.compile("name=\"csrf\" value=\"([^\"]+)\"");
  private static final String SOURCE =
      "{\"url\": \"jdbc:postgresql://db.example\", \"user\": \"app\", \"password\": \"canary-1\"}";
  private static final String USER = "{\"password\": \"canary-2\"}";
  private static final String MAIN = "sources/main.json";

  @TempDir private Path directory;

  /** A way of a value to where a secret stands. */
  enum Way {
    WIZARD_SOURCE("$.password") {
      @Override
      void send(PageClient browser, String mask) throws Exception {
        database(browser, mask);
      }
    },
    WIZARD_CLIENT("$.password") {
      @Override
      void send(PageClient browser, String mask) throws Exception {
        database(browser, "of app").get("/wizard/clients");
        clients(browser, "pool", mask);
      }
    },
    WIZARD_STORE("$.store.password") {
      @Override
      void send(PageClient browser, String mask) throws Exception {
        database(browser, "of app").get("/wizard/clients");
        clients(browser, "cache", "of a client");
        browser.submit(
            "/wizard/sharing",
            "tables",
            "app.public.offers",
            "ttl",
            "60",
            "store",
            "store",
            "storeServers",
            "store.example:6379",
            "storeMode",
            "standalone",
            "storeTls",
            "disable",
            "storeUser",
            "app",
            "storePassword",
            mask);
      }
    },
    EDITOR("$.password") {
      @Override
      void send(PageClient browser, String mask) throws Exception {
        browser.get("/documents/" + MAIN).submit("/review", "text", with(SOURCE, mask));
      }
    },
    EDITOR_OF_A_NEW_ONE("$.password") {
      @Override
      void send(PageClient browser, String mask) throws Exception {
        browser.get("/documents/users/carol.json").submit("/review", "text", with(USER, mask));
      }
    },
    FORM("$.password") {
      @Override
      void send(PageClient browser, String mask) throws Exception {
        browser.get("/forms/" + MAIN).submit("/forms/" + MAIN, "password", mask, "do", "commit");
      }
    },
    FORM_OF_A_NEW_ONE("$.password") {
      @Override
      void send(PageClient browser, String mask) throws Exception {
        browser
            .get("/forms/users/carol.json")
            .submit("/forms/users/carol.json", "password", mask, "do", "commit");
      }
    },
    WAY_BACK("$.password") {
      @Override
      void send(PageClient browser, String mask) throws Exception {
        String preview = browser.get("/history/2/rollback").page();
        assertThat(preview).doesNotContain("action=\"/history/2/rollback\"");
        Matcher csrf = CSRF.matcher(preview);
        assertThat(csrf.find()).isTrue();
        browser.post("/history/2/rollback", "csrf", csrf.group(1), "comment", "");
      }

      /** A mask that somebody has written past this manager, who has noticed it. */
      @Override
      void prepare(Path configuration, PageClient browser, String mask) throws Exception {
        browser.get("/history");
        Path file = configuration.resolve(MAIN);
        Files.writeString(file, with(SOURCE, mask));
        browser.get("/history");
        Files.writeString(file, SOURCE);
        browser.get("/history");
      }
    };

    private final String path;

    Way(String path) {
      this.path = path;
    }

    abstract void send(PageClient browser, String mask) throws Exception;

    void prepare(Path configuration, PageClient browser, String mask) throws Exception {}

    private static PageClient database(PageClient browser, String password) throws Exception {
      return browser
          .get("/wizard/database")
          .submit(
              "/wizard/database",
              "engine",
              "postgresql",
              "kind",
              "one",
              "host",
              "db.example",
              "port",
              "5432",
              "database",
              "shop")
          .submit("/wizard/login", "method", "password", "user", "app", "password", password);
    }

    private static void clients(PageClient browser, String preset, String password)
        throws Exception {
      browser.submit(
          "/wizard/clients",
          "name",
          "shop",
          "vdbPort",
          "6432",
          "preset",
          preset,
          "poolSize",
          "20",
          "client1",
          "carol",
          "clientPassword1",
          password);
    }
  }

  /** A document with another password, as most programs write it: with escapes. */
  private static String with(String document, String password) throws IOException {
    ObjectNode settings = (ObjectNode) ASCII.readTree(document);
    return ASCII.writeValueAsString(settings.put("password", password));
  }

  private static PageClient browser(ControlPlane manager) throws Exception {
    return new PageClient(manager.port()).logIn("admin", "right");
  }

  private static List<String> lookalikes(PageClient browser) throws Exception {
    String other = shown(browser, "users/alice.json");
    String own = shown(browser, MAIN);
    List<String> all = new ArrayList<>();
    for (String mask : List.of(own, other)) {
      for (Normalizer.Form form : Normalizer.Form.values()) {
        all.add(Normalizer.normalize(mask, form) + " ");
      }
      all.add(mask.substring(1));
      all.add(mask.substring(0, 8));
      all.add(mask.substring(0, 15));
      all.add(" " + mask);
      all.add(mask + mask);
      all.add(mask.replace("•", "\\u2022"));
      all.add(mask.replace("•", "&#8226;"));
      all.add(mask.replace("•", "•\u200b"));
    }
    all.add(other);
    all.add("***");
    return List.copyOf(new LinkedHashSet<>(all));
  }

  private static String shown(PageClient browser, String document) throws Exception {
    Matcher mask = MASK.matcher(browser.get("/documents/" + document).page());
    assertThat(mask.find()).isTrue();
    return mask.group();
  }

  private static Map<String, String> written(Path configuration) throws IOException {
    try (Stream<Path> files = Files.walk(configuration)) {
      return files
          .filter(Files::isRegularFile)
          .collect(
              Collectors.toMap(
                  file -> configuration.relativize(file).toString(),
                  MaskWaysInTest::read,
                  (one, two) -> one,
                  TreeMap::new));
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @EnumSource
  void isShut(Way way) throws Exception {
    Path configuration = LoneManager.configuration(directory);
    Files.createDirectories(configuration.resolve("sources"));
    Files.createDirectories(configuration.resolve("users"));
    Files.createDirectories(configuration.resolve("vdbs"));
    Files.writeString(configuration.resolve(MAIN), SOURCE);
    Files.writeString(configuration.resolve("users/alice.json"), USER);
    Files.writeString(
        configuration.resolve("vdbs/app.json"), "{\"ports\": [5050], \"source\": \"main\"}");
    Map<String, String> before = written(configuration);
    try (ControlPlane manager = LoneManager.start(directory, "right", RegionFacts.unknown())) {
      List<String> lookalikes = lookalikes(browser(manager));
      for (String mask : way == Way.WAY_BACK ? List.of(lookalikes.get(0)) : lookalikes) {
        PageClient browser = browser(manager); // drafts and answers of the wizard are the session's
        way.prepare(configuration, browser, mask);

        way.send(browser, mask);

        assertThat(browser.status()).as("%s: %s", mask, browser.page()).isIn(400, 409, 422);
        assertThat(browser.page()).as(mask).contains("mask").contains(way.path);
        assertThat(browser.page()).doesNotContain("canary");
        assertThat(written(configuration)).as(mask).isEqualTo(before);
      }
    }
  }
}
