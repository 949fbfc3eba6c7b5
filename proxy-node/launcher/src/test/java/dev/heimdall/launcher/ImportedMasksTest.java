package dev.heimdall.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.process.ExitCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Masks of secrets in the files of other proxies, as whoever copies from a page has them. */
class ImportedMasksTest {
  private static final String MASK = "•••••••• 52003c63533b";

  @TempDir private Path directory;

  /** A place of a secret in such a file. */
  enum Place {
    USER_OF_PGBOUNCER("pgbouncer", "users/ann.json", "$.password") {
      @Override
      String text(Path directory, String secret) throws Exception {
        Files.writeString(directory.resolve("userlist.txt"), "\"ann\" \"" + secret + "\"\n");
        return """
            [databases]
            shop = host=10.0.0.5 port=5433
            [pgbouncer]
            listen_addr = *
            auth_type = scram-sha-256
            auth_file = userlist.txt
            """;
      }
    },
    SERVER_OF_PGBOUNCER("pgbouncer", "sources/shop.json", "$.password") {
      @Override
      String text(Path directory, String secret) throws Exception {
        Files.writeString(directory.resolve("userlist.txt"), "\"ann\" \"of ann\"\n");
        return """
            [databases]
            shop = host=10.0.0.5 user=app password='%s'
            [pgbouncer]
            listen_addr = *
            auth_type = scram-sha-256
            auth_file = userlist.txt
            """
            .formatted(secret);
      }
    },
    USER_OF_PROXYSQL("proxysql", "users/app.json", "$.password") {
      @Override
      String text(Path directory, String secret) {
        return proxySql("watching", secret);
      }
    },
    MONITOR_OF_PROXYSQL("proxysql", "sources/hostgroup-0.json", "$.password") {
      @Override
      String text(Path directory, String secret) {
        return proxySql(secret, "of app");
      }
    },
    MONITOR_OF_MAXSCALE("maxscale", "sources/split.json", "$.password") {
      @Override
      String text(Path directory, String secret) {
        return """
            [server1]
            type=server
            address=10.0.0.1
            [Monitor]
            type=monitor
            module=mariadbmon
            servers=server1
            user=watching
            password=%s
            [Split]
            type=service
            router=readwritesplit
            cluster=Monitor
            user=serving
            password=served
            [Split-Listener]
            type=listener
            service=Split
            protocol=MariaDBClient
            port=4006
            """
            .formatted(secret);
      }
    };

    private final String command;
    private final String document;
    private final String path;

    Place(String command, String document, String path) {
      this.command = command;
      this.document = document;
      this.path = path;
    }

    /** The file with a secret there. */
    abstract String text(Path directory, String secret) throws Exception;

    private static String proxySql(String monitor, String user) {
      return """
          mysql_variables = { monitor_username="watch" monitor_password="%s" }
          mysql_servers = ( { hostgroup_id=0, hostname="10.0.0.1", port=3306 } )
          mysql_users: ( { username="app", password="%s" } )
          """
          .formatted(monitor, user);
    }
  }

  private static List<String> lookalikes() {
    List<String> all = new ArrayList<>();
    for (Normalizer.Form form : Normalizer.Form.values()) {
      all.add(Normalizer.normalize(MASK, form));
    }
    all.add(MASK.substring(1));
    all.add(MASK.substring(0, 8));
    all.add(MASK.substring(0, 15));
    all.add("  " + MASK + " ");
    all.add(MASK.replace("•", "\\u2022"));
    all.add(MASK.replace("•", "&#8226;"));
    all.add(MASK.replace("•", "•\u200b"));
    all.add("********");
    return all;
  }

  @ParameterizedTest
  @EnumSource
  void areNotWritten(Place place) throws Exception {
    for (String mask : lookalikes()) {
      StringWriter err = new StringWriter();
      Path file = Files.writeString(directory.resolve("file.conf"), place.text(directory, mask));

      int code =
          Heimdall.run(
              new PrintWriter(new StringWriter()),
              new PrintWriter(err, true),
              "import",
              place.command,
              file.toString(),
              "--output",
              directory.resolve("out").toString());

      assertThat(code).as("%s: %s", mask, err).isEqualTo(ExitCode.CONFIGURATION.code());
      assertThat(err.toString())
          .contains(place.document, place.path, "what looks like the mask of a secret");
      assertThat(directory.resolve("out")).doesNotExist();
    }
  }
}
