package dev.heimdall.manager.login;

import static org.assertj.core.api.Assertions.assertThat;

import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.model.LdapSettings;
import dev.heimdall.model.ManagerDirectory;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Log-ins of people whom a real directory server knows. */
class DirectoryPeopleTest {
  private static final String BASE = "dc=example,dc=com";

  @TempDir private Path files;

  private final AtomicLong clock = new AtomicLong();
  private InMemoryDirectoryServer server;
  private String attribute = "memberOf";
  private String filter = "(member={dn})";
  private String name = "cn";

  @BeforeEach
  void start() throws Exception {
    InMemoryDirectoryServerConfig config = new InMemoryDirectoryServerConfig(BASE);
    config.setSchema(null);
    config.setListenerConfigs(
        InMemoryListenerConfig.createLDAPConfig(
            "plain", InetAddress.getByName("127.0.0.1"), 0, null));
    server = new InMemoryDirectoryServer(config);
    server.add("dn: " + BASE, "objectClass: domain");
    server.add(
        "dn: uid=carol," + BASE,
        "objectClass: person",
        "uid: carol",
        "userPassword: carol-secret",
        "memberOf: dba");
    server.startListening();
  }

  @AfterEach
  void stop() {
    server.shutDown(true);
  }

  private DirectoryPeople people() throws Exception {
    return DirectoryPeople.of(
        new ManagerDirectory(
            new LdapSettings(
                List.of("ldap://127.0.0.1:" + server.getListenPort()),
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(BASE),
                "(uid={user})",
                attribute,
                Optional.empty(),
                filter,
                name,
                Duration.ofSeconds(60),
                Duration.ZERO,
                Duration.ZERO,
                2,
                10,
                false),
            List.of("dba"),
            List.of(),
            List.of()));
  }

  private LogIn logIn() throws Exception {
    return new LogIn(
        FirstAdmin.with(new PasswordPlace.Made(files), clock::get),
        Optional.empty(),
        Optional.of(people()),
        new AuditLog(Optional.empty(), Clock.systemUTC()),
        clock::get);
  }

  private static Caller at(String address) throws Exception {
    return Caller.at(InetAddress.getByName(address));
  }

  @Test
  void sessionsEndWhenGroupsAreFoundInAnotherWay() throws Exception {
    Principal carol;
    try (LogIn logIn = logIn()) {
      LogIn.Outcome in = logIn.judge("carol", "carol-secret", at("192.0.2.1"));
      carol = ((LogIn.Outcome.In) in).who();
    }
    assertThat(people().still(carol)).contains(carol);

    attribute = "adminOf";
    assertThat(people().still(carol)).isEmpty();
    attribute = "memberOf";
    filter = "(&(objectClass=group)(member={dn}))";
    assertThat(people().still(carol)).isEmpty();
    filter = "(member={dn})";
    name = "ou";
    assertThat(people().still(carol)).isEmpty();
    name = "cn";
    assertThat(people().still(carol)).contains(carol);
  }

  @Test
  void othersGuessesDoNotKeepSomebodyOutWhoComesFromWhereHeAlwaysDoes() throws Exception {
    try (LogIn logIn = logIn()) {
      assertThat(logIn.judge("carol", "carol-secret", at("192.0.2.1")))
          .isInstanceOf(LogIn.Outcome.In.class);
      int guesses = 0;
      while (!(logIn.judge("carol", "guess", at("198.51.100." + guesses))
          instanceof LogIn.Outcome.Wait)) {
        guesses++;
        assertThat(guesses).isLessThan(200);
      }
      assertThat(logIn.judge("carol", "carol-secret", at("192.0.2.1")))
          .isInstanceOf(LogIn.Outcome.In.class);
    }
  }

  @Test
  void whoHasANetworkOfIpv6TakesTurnsAsOne() throws Exception {
    DirectoryPeople people = people();
    ShownPassword shown = new ShownPassword("carol", "carol-secret");
    Object one = people.new Attempt(shown, InetAddress.getByName("2001:db8::1")).origin();
    assertThat(people.new Attempt(shown, InetAddress.getByName("2001:db8::2")).origin())
        .isEqualTo(one);
    assertThat(people.new Attempt(shown, InetAddress.getByName("2001:db8:0:1::1")).origin())
        .isNotEqualTo(one);
  }
}
