package dev.heimdall.test.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a server says while a session begins reaches each client at its log-in. */
class LoginNoticesIT extends EachNodeKind {
  private static final String DATABASE = "greeted";

  @BeforeEach
  void greet() throws SQLException {
    SharedPostgres.createDatabase(DATABASE);
    try (Connection connection = SharedPostgres.primary().connect(DATABASE);
        Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE FUNCTION greet() RETURNS event_trigger LANGUAGE plpgsql"
              + " AS 'BEGIN RAISE NOTICE ''welcome''; RAISE WARNING ''mind the gap''; END'");
      statement.execute("CREATE EVENT TRIGGER greeter ON login EXECUTE FUNCTION greet()");
      statement.execute("ALTER EVENT TRIGGER greeter ENABLE ALWAYS");
      statement.execute(
          "UPDATE pg_catalog.pg_database SET datcollversion = '0' WHERE datname = '"
              + DATABASE
              + "' AND datcollversion IS NOT NULL");
    }
  }

  @AfterEach
  void leave() {
    SharedPostgres.primary().execute("DROP DATABASE " + DATABASE + " WITH (FORCE)");
  }

  @Test
  void everyClientHearsThem() throws IOException {
    List<String> direct = said(SharedPostgres.target());

    assertThat(direct).hasSizeGreaterThan(1);
    assertThat(said(target())).isEqualTo(direct);
    assertThat(said(target())).as("one whose server connection was there").isEqualTo(direct);
  }

  @Test
  void whoWantsNoNoticesHearsNone() throws IOException {
    String[] quiet = {"options", "-c client_min_messages=error"};

    List<String> direct = said(SharedPostgres.target(), quiet);

    assertThat(direct).noneMatch(notice -> notice.contains("welcome"));
    assertThat(said(target(), quiet)).isEqualTo(direct);
  }

  private static List<String> said(Target target, String... parameters) throws IOException {
    try (RawClient client = RawClient.logIn(target.in(DATABASE), parameters)) {
      return client.greeting().stream()
          .filter(message -> message.type() != 'S' && message.type() != 'R')
          .filter(message -> message.type() != 'K')
          .map(Message::toString)
          .toList();
    }
  }
}
