package dev.heimdall.manager.oidc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.jwt.PlainJWT;
import dev.heimdall.manager.accounts.Role;
import dev.heimdall.manager.login.PasswordPlace;
import dev.heimdall.manager.login.PasswordSource;
import dev.heimdall.manager.login.Principal;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Log-ins at a provider, and attacks on them. */
class OpenIdTest {
  private static final String DISCOVERY = "/.well-known/openid-configuration";
  private static final Map<String, Object> ALICE =
      Map.of("email", "alice@example.com", "groups", List.of("staff", "db-admins"));

  private final AtomicLong nanos = new AtomicLong();
  private TestProvider provider;
  private OpenId openId;

  @BeforeEach
  void open() throws Exception {
    provider = new TestProvider();
    openId = with(settings("email", "groups"));
  }

  @AfterEach
  void close() {
    openId.close();
    provider.close();
  }

  private OpenIdSettings settings(String name, String roles) {
    return new OpenIdSettings(
        URI.create("https://manager.example/"),
        URI.create(provider.issuer()),
        TestProvider.CLIENT,
        Optional.empty(),
        List.of("openid", "email"),
        name,
        roles,
        Map.of(
            Role.ADMIN, Set.of("db-admins"),
            Role.AUDIT, Set.of("auditors"),
            Role.READ_ONLY, Set.of("staff", "carol@example.com")),
        "the company");
  }

  private OpenId with(OpenIdSettings settings) {
    PasswordSource secret = () -> TestProvider.SECRET;
    return with(settings, secret);
  }

  private OpenId with(OpenIdSettings settings, PasswordSource secret) {
    return new OpenId(
        settings,
        new OpenId.Paths("/back", "/login"),
        Optional.of(new ClientSecret(secret, nanos::get)),
        nanos::get);
  }

  private static OpenId.Answer answer(Map<String, String> sent) {
    return new OpenId.Answer(
        sent.getOrDefault("state", ""),
        sent.getOrDefault("code", ""),
        sent.getOrDefault("error", ""),
        sent.getOrDefault("iss", ""));
  }

  private OpenId.Person logIn(Map<String, Object> claims) throws OpenIdRefused {
    OpenId.Begun begun = openId.begin();
    return openId.end(begun.pending(), answer(provider.logIn(begun.at(), "a1", claims)));
  }

  private OpenIdRefused refused(Map<String, Object> claims) {
    return catchThrowableOfType(OpenIdRefused.class, () -> logIn(claims));
  }

  @Test
  void whoIsLetInHasTheRoleOfHisGroups() throws Exception {
    OpenId.Begun begun = openId.begin();
    Map<String, String> query = TestProvider.fields(begun.at().getRawQuery());
    assertThat(query).containsEntry("redirect_uri", "https://manager.example/back");
    assertThat(query).containsEntry("scope", "openid email");
    assertThat(begun.at().toString()).doesNotContain(begun.pending().verifier());

    Map<String, String> sent = provider.logIn(begun.at(), "a1", ALICE);
    OpenId.Person person = openId.end(begun.pending(), answer(sent));
    Principal who = person.who();
    assertThat(who.user()).isEqualTo("oidc:alice@example.com");
    assertThat(who.role()).isEqualTo(Role.ADMIN);
    assertThat(who.means()).isEqualTo(Principal.Means.PROVIDER);
    assertThat(person.subject()).isEqualTo("a1");
    assertThat(openId.still(who)).contains(who);

    assertThat(logIn(Map.of("groups", List.of("staff"))).who().role()).isEqualTo(Role.READ_ONLY);
    assertThat(logIn(Map.of("groups", "auditors")).who().role()).isEqualTo(Role.AUDIT);
  }

  @Test
  void claimsAreFoundWhereProvidersPutThem() throws Exception {
    openId = with(settings("email", "realm.roles"));
    Map<String, Object> nested = Map.of("realm", Map.of("roles", List.of("auditors")));
    assertThat(logIn(nested).who().role()).isEqualTo(Role.AUDIT);
    openId = with(settings("email", "cognito:groups"));
    assertThat(logIn(Map.of("cognito:groups", List.of("staff"))).who().role())
        .isEqualTo(Role.READ_ONLY);
    openId = with(settings("email", "custom:groups"));
    assertThat(logIn(Map.of("custom:groups", "[others, auditors]")).who().role())
        .isEqualTo(Role.AUDIT);
  }

  @Test
  void whoHasNoRoleIsToldSo() {
    OpenIdRefused refused = refused(Map.of("email", "bob@example.com", "groups", List.of("x")));
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.user()).isEqualTo("oidc:bob@example.com");
    assertThat(refused).hasMessageContaining("no role here");
    assertThat(refused.isWrong()).isFalse();
    assertThat(refused(Map.of("email", "bob@example.com"))).hasMessageContaining("no role");
    assertThat(refused(Map.of("groups", Map.of("db-admins", true))))
        .hasMessageContaining("no role");
  }

  @Test
  void anAddressThatNobodyHasSeenIsNobodys() throws Exception {
    Map<String, Object> claims =
        Map.of("email", "carol@example.com", "email_verified", false, "groups", "staff");
    assertThat(logIn(claims).who().user()).isEqualTo("oidc:a1");
    openId = with(settings("email", "email"));
    assertThat(refused(claims)).hasMessageContaining("no role");
    assertThat(refused(Map.of("email", "carol@example.com"))).hasMessageContaining("no role");
    assertThat(logIn(Map.of("email", "carol@example.com", "email_verified", true)).who().role())
        .isEqualTo(Role.READ_ONLY);
  }

  @Test
  void namesAreNoAccountsAndFitIntoALine() throws Exception {
    assertThat(logIn(Map.of("email", "admin", "groups", "staff")).who().user())
        .isEqualTo("oidc:admin");
    assertThat(logIn(Map.of("email", "a\n<b>\u202e x", "groups", "staff")).who().user())
        .isEqualTo("oidc:a__b___x");
    assertThat(logIn(Map.of("email", "x".repeat(5000), "groups", "staff")).who().user())
        .hasSize(105);
  }

  @Test
  void aLogInEndsInTheBrowserThatHasBegunIt() throws Exception {
    OpenId.Begun mine = openId.begin();
    OpenId.Begun theirs = openId.begin();
    Map<String, String> sent = provider.logIn(theirs.at(), "a1", ALICE);
    assertThatThrownBy(() -> openId.end(mine.pending(), answer(sent)))
        .hasMessageContaining("begun elsewhere");
    // Nor with its own state: the code is of another verifier.
    Map<String, String> mixed = Map.of("state", mine.pending().state(), "code", sent.get("code"));
    OpenIdRefused refused =
        catchThrowableOfType(OpenIdRefused.class, () -> openId.end(mine.pending(), answer(mixed)));
    assertThat(refused.reason()).isEqualTo("code");
    assertThat(refused.isWrong()).isTrue();
    assertThat(provider.asked("/token")).isEqualTo(1);
  }

  @Test
  void anAnswerCountsOnce() throws Exception {
    OpenId.Begun begun = openId.begin();
    Map<String, String> sent = provider.logIn(begun.at(), "a1", ALICE);
    openId.end(begun.pending(), answer(sent));
    assertThatThrownBy(() -> openId.end(begun.pending(), answer(sent)))
        .hasMessageContaining("ended already");
    assertThat(provider.asked("/token")).isEqualTo(1);
    // At another manager the provider says so.
    OpenId other = with(settings("email", "groups"));
    assertThatThrownBy(() -> other.end(begun.pending(), answer(sent)))
        .hasMessageContaining("does not take the code");
  }

  @Test
  void tokensThatAreNotForThisLogInAreRefused() throws Exception {
    Instant now = Instant.now();
    provider.says(claims -> claims.claim("nonce", "another"));
    assertThat(refused(ALICE).reason()).as("nonce").isEqualTo("token");
    provider.says(claims -> claims.claim("nonce", null));
    assertThat(refused(ALICE).reason()).as("no nonce").isEqualTo("token");
    provider.says(claims -> claims.issuer("https://evil.example"));
    assertThat(refused(ALICE).reason()).as("issuer").isEqualTo("token");
    provider.says(claims -> claims.audience("another"));
    assertThat(refused(ALICE).reason()).as("audience").isEqualTo("token");
    provider.says(claims -> claims.audience(List.of(TestProvider.CLIENT, "b")).claim("azp", "b"));
    assertThat(refused(ALICE).reason()).as("for another party").isEqualTo("token");
    provider.says(claims -> claims.expirationTime(Date.from(now.minusSeconds(90))));
    assertThat(refused(ALICE).reason()).as("expired").isEqualTo("token");
    provider.says(claims -> claims.issueTime(Date.from(now.plusSeconds(300))));
    assertThat(refused(ALICE).reason()).as("of the future").isEqualTo("token");
    provider.says(claims -> claims.expirationTime(null));
    assertThat(refused(ALICE).reason()).as("for ever").isEqualTo("token");
    provider.says(claims -> claims.subject(null));
    assertThat(refused(ALICE).reason()).as("nobody's").isEqualTo("token");
    provider.says(claims -> claims.expirationTime(Date.from(Instant.now().minusSeconds(30))));
    assertThat(logIn(ALICE).who().role()).as("clocks differ").isEqualTo(Role.ADMIN);
  }

  @Test
  void ofSeveralAudiencesTheTokenNamesTheOneThatAsked() throws Exception {
    List<String> several = List.of(TestProvider.CLIENT, "another");
    provider.says(claims -> claims.audience(several));
    assertThat(refused(ALICE).reason()).as("no azp").isEqualTo("token");
    for (Object party : List.of("another", "", 5, List.of(TestProvider.CLIENT))) {
      provider.says(claims -> claims.audience(several).claim("azp", party));
      assertThat(refused(ALICE).reason()).as("azp %s", party).isEqualTo("token");
      provider.says(claims -> claims.claim("azp", party));
      assertThat(refused(ALICE).reason()).as("azp %s alone", party).isEqualTo("token");
    }
    provider.says(claims -> claims.audience(several).claim("azp", TestProvider.CLIENT));
    assertThat(logIn(ALICE).who().role()).isEqualTo(Role.ADMIN);
    provider.says(claims -> claims.audience(List.of(TestProvider.CLIENT)));
    assertThat(logIn(ALICE).who().role()).as("one audience").isEqualTo(Role.ADMIN);
  }

  @Test
  void aTokenThatIsNotValidYetIsRefused() throws Exception {
    provider.says(claims -> claims.notBeforeTime(Date.from(Instant.now().plusSeconds(300))));
    assertThat(refused(ALICE).reason()).isEqualTo("token");
    for (Object begin : List.of("soon", List.of(1), 4_000_000_000L)) {
      provider.says(claims -> claims.claim("nbf", begin));
      assertThat(refused(ALICE).reason()).as("nbf %s", begin).isEqualTo("token");
    }
    provider.says(claims -> claims.notBeforeTime(Date.from(Instant.now().plusSeconds(30))));
    assertThat(logIn(ALICE).who().role()).as("clocks differ").isEqualTo(Role.ADMIN);
    provider.says(claims -> claims.notBeforeTime(Date.from(Instant.now().minusSeconds(300))));
    assertThat(logIn(ALICE).who().role()).as("begun").isEqualTo(Role.ADMIN);
  }

  @Test
  void anIssuerCountsToTheLetter() throws Exception {
    for (String like :
        List.of(
            provider.issuer() + "/",
            provider.issuer().toUpperCase(Locale.ROOT),
            provider.issuer() + "?x",
            "")) {
      provider.says(claims -> claims.issuer(like));
      assertThat(refused(ALICE).reason()).as(like).isEqualTo("token");
    }
    provider.says(claims -> claims.issuer(null));
    assertThat(refused(ALICE).reason()).as("no issuer").isEqualTo("token");
  }

  @Test
  void timesAreNeeded() {
    provider.says(claims -> claims.issueTime(null));
    assertThat(refused(ALICE).reason()).as("no iat").isEqualTo("token");
    for (String claim : List.of("iat", "exp")) {
      provider.says(claims -> claims.claim(claim, "soon"));
      assertThat(refused(ALICE).reason()).as(claim).isEqualTo("token");
    }
    provider.says(claims -> claims.audience(List.of()));
    assertThat(refused(ALICE).reason()).as("for nobody").isEqualTo("token");
  }

  @Test
  void onlyTheProvidersOwnKeysSign() throws Exception {
    assertThat(logIn(ALICE).who().role()).isEqualTo(Role.ADMIN);
    provider.signs(PlainJWT::new);
    assertThat(refused(ALICE).reason()).as("alg none").isEqualTo("token");
    provider.signs(TestProvider::signedWithASecret);
    assertThat(refused(ALICE).reason()).as("with the client's secret").isEqualTo("token");
  }

  @Test
  void aForgedSignatureIsRefused() throws Exception {
    provider.forge();
    assertThat(refused(ALICE).reason()).isEqualTo("token");
  }

  @Test
  void keysAreReadAgainForOneThatIsNotKnown() throws Exception {
    logIn(ALICE);
    logIn(ALICE);
    assertThat(provider.asked("/keys")).isEqualTo(1);
    provider.rotate();
    assertThat(logIn(ALICE).who().role()).isEqualTo(Role.ADMIN);
    assertThat(provider.asked("/keys")).isEqualTo(2);
  }

  @Test
  void anotherIssuerInTheAnswerIsRefused() throws Exception {
    OpenId.Begun begun = openId.begin();
    Map<String, String> sent = provider.logIn(begun.at(), "a1", ALICE);
    Map<String, String> mixed =
        Map.of("state", sent.get("state"), "code", sent.get("code"), "iss", "https://evil.example");
    OpenIdRefused refused =
        catchThrowableOfType(OpenIdRefused.class, () -> openId.end(begun.pending(), answer(mixed)));
    assertThat(refused.reason()).isEqualTo("another issuer");
    assertThat(provider.asked("/token")).isZero();
    provider.metadata().put("authorization_response_iss_parameter_supported", true);
    nanos.addAndGet(Duration.ofHours(2).toNanos());
    assertThat(refused(ALICE).reason()).as("none where there is one").isEqualTo("another issuer");
  }

  @Test
  void whatTheProviderRefusesIsSaidWithoutItsWords() throws Exception {
    OpenId.Begun begun = openId.begin();
    Map<String, String> sent = Map.of("state", begun.pending().state(), "error", "access_denied");
    assertThatThrownBy(() -> openId.end(begun.pending(), answer(sent)))
        .hasMessageContaining("access_denied");
    OpenId.Begun again = openId.begin();
    Map<String, String> hostile =
        Map.of("state", again.pending().state(), "error", "call 555 <now>");
    assertThatThrownBy(() -> openId.end(again.pending(), answer(hostile)))
        .hasMessageNotContaining("555");
  }

  @Test
  void whileTheProviderIsAwayWhatItSaidGoesOn() throws Exception {
    provider.stop();
    assertThatThrownBy(openId::begin).hasMessageContaining("is unavailable");
    provider.start();
    assertThatThrownBy(openId::begin).isInstanceOf(OpenIdRefused.class);
    assertThat(provider.asked(DISCOVERY)).as("not asked again at once").isZero();
    nanos.addAndGet(Duration.ofSeconds(6).toNanos());
    logIn(ALICE);
    assertThat(provider.asked(DISCOVERY)).isEqualTo(1);
    nanos.addAndGet(Duration.ofHours(2).toNanos());
    provider.stop();
    OpenId.Begun begun = openId.begin();
    Map<String, String> sent = provider.logIn(begun.at(), "a1", ALICE);
    OpenIdRefused refused =
        catchThrowableOfType(OpenIdRefused.class, () -> openId.end(begun.pending(), answer(sent)));
    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.isWrong()).isFalse();
    provider.start();
    logIn(ALICE);
  }

  @Test
  void hugeAnswersAreNotKept() throws Exception {
    String huge = "{\"issuer\": \"" + "x".repeat(2 * ProviderHttp.LARGEST) + "\"}";
    for (String path : List.of("/keys", "/token", DISCOVERY)) {
      openId = with(settings("email", "groups"));
      logIn(ALICE);
      provider.answersAt(path, huge);
      openId = with(settings("email", "groups"));
      assertThat(refused(ALICE).status()).as(path).isEqualTo(503);
      ProviderHttp http = new ProviderHttp(true, Duration.ofSeconds(30));
      assertThatThrownBy(() -> http.get(URI.create(provider.issuer() + path)))
          .hasMessageContaining("more than 262,144 bytes");
      provider.close();
      provider = new TestProvider();
    }
  }

  @Test
  void theProviderLeadsTheManagerNowhereElse() throws Exception {
    for (String inside :
        List.of(
            "http://169.254.169.254/latest/meta-data/",
            "https://169.254.169.254/latest/",
            "https://[fd00:ec2::254]/",
            "http://10.0.0.1/",
            "file:///etc/passwd",
            "https://user:password@localhost/")) {
      provider.metadata().put("token_endpoint", inside);
      openId = with(settings("email", "groups"));
      assertThat(refused(ALICE).status()).as(inside).isEqualTo(503);
    }
    for (boolean here : List.of(true, false)) {
      ProviderHttp http = new ProviderHttp(here, Duration.ofSeconds(5));
      assertThatThrownBy(() -> http.get(URI.create("https://169.254.169.254/latest/")))
          .hasMessageContaining("is not asked");
    }
    ProviderHttp elsewhere = new ProviderHttp(false, Duration.ofSeconds(5));
    for (String here :
        List.of("https://localhost:1/", "https://127.0.0.1:1/", "http://provider.example/")) {
      assertThatThrownBy(() -> elsewhere.get(URI.create(here)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("is not asked");
    }
  }

  @Test
  void redirectsAreNotFollowed() throws Exception {
    provider.answersAt(DISCOVERY, provider.issuer() + "/keys");
    assertThatThrownBy(openId::begin).isInstanceOf(OpenIdRefused.class);
    assertThat(provider.asked("/keys")).isZero();
  }

  @Test
  void aProviderThatCallsItselfOtherwiseIsNotUsed() throws Exception {
    provider.metadata().put("issuer", "https://evil.example");
    assertThatThrownBy(openId::begin).isInstanceOf(OpenIdRefused.class);
    openId = with(settings("email", "groups"));
    provider.metadata().put("issuer", provider.issuer() + "/");
    assertThatThrownBy(openId::begin).isInstanceOf(OpenIdRefused.class);
  }

  @Test
  void aSecretIsReadAgainWhenTheProviderDoesNotTakeIt() throws Exception {
    List<String> secrets = new ArrayList<>(List.of("old", TestProvider.SECRET));
    openId = with(settings("email", "groups"), () -> secrets.remove(0));
    assertThat(refused(ALICE).status()).isEqualTo(503);
    assertThat(logIn(ALICE).who().role()).isEqualTo(Role.ADMIN);
    assertThat(logIn(ALICE).who().role()).as("as it was read").isEqualTo(Role.ADMIN);
  }

  @Test
  void withoutItsSecretNobodyIsLetIn() throws Exception {
    PasswordPlace.InFile nowhere = new PasswordPlace.InFile(Path.of("/no/such/canary"));
    openId = with(settings("email", "groups"), PasswordSource.of(nowhere, "the file"));
    OpenIdRefused refused = refused(ALICE);
    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused).hasMessageNotContaining("canary");
  }

  @Test
  void withOtherSettingsASessionIsOver() throws Exception {
    Principal who = logIn(ALICE).who();
    assertThat(with(settings("email", "groups")).still(who)).contains(who);
    assertThat(with(settings("email", "others")).still(who)).isEmpty();
    assertThat(with(settings("name", "groups")).still(who)).isEmpty();
  }

  @Test
  void aLogOutSaysWhoWantsIt() throws Exception {
    assertThat(openId.farewell(Optional.empty())).as("nothing is known yet").isEmpty();
    OpenId.Person person = logIn(ALICE);
    URI with = openId.farewell(Optional.of(person.token())).orElseThrow();
    assertThat(TestProvider.fields(with.getRawQuery()))
        .containsEntry("client_id", TestProvider.CLIENT)
        .containsEntry("post_logout_redirect_uri", "https://manager.example/login")
        .containsEntry("logout_uri", "https://manager.example/login")
        .containsEntry("id_token_hint", person.token());
    URI without = openId.farewell(Optional.empty()).orElseThrow();
    assertThat(TestProvider.fields(without.getRawQuery())).doesNotContainKey("id_token_hint");
    provider.metadata().remove("end_session_endpoint");
    nanos.addAndGet(Duration.ofHours(2).toNanos());
    openId.begin();
    assertThat(openId.farewell(Optional.empty())).isEmpty();
  }

  private static OpenIdSettings of(String manager, String issuer, Map<Role, Set<String>> granted) {
    return new OpenIdSettings(
        URI.create(manager),
        URI.create(issuer),
        "c",
        Optional.empty(),
        List.of("openid"),
        "email",
        "groups",
        granted,
        "x");
  }

  @Test
  void settingsWithWhichNobodyGetsInSafelyAreRefused() throws Exception {
    Map<Role, Set<String>> some = Map.of(Role.ADMIN, Set.of("a"));
    String good = "https://idp.example/realm";
    for (String url :
        List.of(
            "http://manager.example",
            "https://manager.example/below",
            "https://manager.example?x",
            "https://user@manager.example",
            "//manager.example",
            "http://localhost.evil.example")) {
      assertThatThrownBy(() -> of(url, good, some).checked())
          .as(url)
          .hasMessageContaining("managerUrl");
    }
    for (String issuer : List.of("http://idp.example", "https://idp.example#x", "idp.example")) {
      assertThatThrownBy(() -> of("https://m.example", issuer, some).checked())
          .as(issuer)
          .hasMessageContaining("oidcIssuer");
    }
    assertThatThrownBy(() -> of("https://m.example", good, Map.of()).checked())
        .hasMessageContaining("oidcAdmins");
    of("https://m.example", good, some).checked();
    of("http://localhost:8087/", "http://localhost:1/x", some).checked();
  }
}
