package dev.heimdall.manager.oidc;

import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.LogoutRequest;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import dev.heimdall.manager.accounts.Role;
import dev.heimdall.manager.login.PasswordException;
import dev.heimdall.manager.login.PasswordSource;
import dev.heimdall.manager.login.Principal;
import dev.heimdall.model.report.LogLine;
import dev.heimdall.routing.bounded.BoundedMap;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Log-ins at a provider of OpenID Connect: authorization code with PKCE. May be asked by any
 * thread; asks the provider for a bounded time, and for few log-ins at a time.
 */
public final class OpenId implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.manager");

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** Those who ask the provider at a time; each has a thread of the web server's. */
  private static final int AT_A_TIME = 8;

  private static final int MOST_ENDED = 4096;

  private final OpenIdSettings settings;
  private final URI callback;
  private final URI afterwards;
  private final Optional<ClientSecret> secret;
  private final Provider provider;
  private final CodeExchange exchange;
  private final String generation;
  private final Semaphore turns = new Semaphore(AT_A_TIME);

  /** Log-ins that have come back: each does so once. */
  private final Map<String, Boolean> ended = BoundedMap.ofNewest(MOST_ENDED);

  OpenId(
      OpenIdSettings settings, Paths paths, Optional<ClientSecret> secret, LongSupplier nanoClock) {
    this.settings = settings;
    this.secret = secret;
    callback = settings.page(paths.callback());
    afterwards = settings.page(paths.afterwards());
    ProviderHttp http = new ProviderHttp(settings.providerIsHere(), PATIENCE);
    provider = new Provider(settings.issuer(), http, nanoClock);
    exchange = new CodeExchange(settings, callback, secret, http);
    generation = settings.generation();
  }

  /**
   * Pages of the manager to which a provider sends browsers.
   *
   * @param callback after a log-in
   * @param afterwards after a log-out
   */
  public record Paths(String callback, String afterwards) {}

  /**
   * With a provider that is asked at once, without waiting for it.
   *
   * @throws PasswordException when the client's secret cannot be had
   */
  public static OpenId open(OpenIdSettings settings, Paths paths) throws PasswordException {
    LongSupplier nanoClock = System::nanoTime;
    Optional<ClientSecret> secret = Optional.empty();
    if (settings.secret().isPresent()) {
      secret =
          Optional.of(
              new ClientSecret(
                  PasswordSource.of(
                      settings.secret().get(), "the file of the OpenID Connect client's secret"),
                  nanoClock));
    }
    OpenId opened = new OpenId(settings, paths, secret, nanoClock);
    // What is wrong with either is logged now and not at the first log-in.
    Thread look = new Thread(opened::look, "manager-provider");
    look.setDaemon(true);
    look.start();
    return opened;
  }

  private void look() {
    try {
      provider.known();
      if (secret.isPresent()) {
        secret.get().read();
      }
    } catch (PasswordException e) {
      new LogLine("log-ins with OpenID Connect are not possible")
          .pair("reason", String.valueOf(e.getMessage()))
          .log(LOG, Level.WARN);
    } catch (IOException e) {
      // Logged where it is read.
    }
  }

  /** Display name of the provider. */
  public String words() {
    return settings.words();
  }

  /**
   * A log-in that begins.
   *
   * @param at where the browser goes
   * @param pending what it carries
   */
  public record Begun(URI at, PendingLogIn pending) {}

  /** Begins one. */
  public Begun begin() throws OpenIdRefused {
    PendingLogIn pending = PendingLogIn.begin();
    OIDCProviderMetadata metadata = known().metadata();
    URI at =
        new AuthenticationRequest.Builder(
                ResponseType.CODE,
                new Scope(settings.scopes().toArray(String[]::new)),
                new ClientID(settings.client()),
                callback)
            .endpointURI(metadata.getAuthorizationEndpointURI())
            .state(new State(pending.state()))
            .nonce(new Nonce(pending.nonce()))
            .codeChallenge(new CodeVerifier(pending.verifier()), CodeChallengeMethod.S256)
            .build()
            .toURI();
    if (!"https".equals(at.getScheme()) && !settings.providerIsHere()) {
      throw OpenIdRefused.away(
          "The provider takes passwords without TLS, so no browser is sent there.");
    }
    return new Begun(at, pending);
  }

  /**
   * With what a provider has sent a browser back. An empty one was not there.
   *
   * @param error why it has refused the log-in
   * @param issuer who it says it is
   */
  public record Answer(String state, String code, String error, String issuer) {
    @Override
    public String toString() {
      return "a provider's answer";
    }
  }

  /**
   * User whom the provider has let in, and who has a role.
   *
   * @param subject by what the provider knows him
   * @param token that says so, which the provider wants to see when he logs out
   */
  public record Person(Principal who, String subject, String token) {
    @Override
    public String toString() {
      return who.toString();
    }
  }

  /**
   * Ends one that has begun in the same browser.
   *
   * @throws OpenIdRefused if the log-in is refused
   */
  public Person end(PendingLogIn pending, Answer answer) throws OpenIdRefused {
    if (!same(pending.state(), answer.state())) {
      throw OpenIdRefused.wrong(
          "state", "This log-in was begun elsewhere, or another one since: begin again.");
    }
    if (!isFirst(pending.state())) {
      throw OpenIdRefused.wrong("used before", "This log-in has ended already: begin again.");
    }
    if (!answer.error().isEmpty()) {
      throw OpenIdRefused.wrong(
          "not let in by the provider",
          "The provider rejected the log-in: " + CodeExchange.plain(answer.error()));
    }
    if (!turns.tryAcquire()) {
      throw OpenIdRefused.away("Too many people log in just now: begin again in a moment.");
    }
    try {
      return person(pending, answer);
    } finally {
      turns.release();
    }
  }

  private Person person(PendingLogIn pending, Answer answer) throws OpenIdRefused {
    Provider.Known known = read();
    boolean named = !answer.issuer().isEmpty();
    if (named && !answer.issuer().equals(settings.issuer().toString())
        || !named && known.metadata().supportsAuthorizationResponseIssuerParam()) {
      throw OpenIdRefused.wrong("another issuer", "This answer is of another provider.");
    }
    if (answer.code().isEmpty()) {
      throw OpenIdRefused.wrong("no code", "The provider has answered without a code.");
    }
    CodeExchange.Shown shown = exchange.shown(known, pending, answer.code());
    String subject = shown.claims().getSubject().getValue();
    Claims claims = new Claims(shown.claims().toJSONObject(), settings);
    String user = claims.user(subject);
    Role role = claims.role().orElseThrow(() -> OpenIdRefused.noRole(user));
    return new Person(Principal.byProvider(user, role, generation), subject, shown.token());
  }

  /** As it was read last, or as one of few who read it. */
  private Provider.Known known() throws OpenIdRefused {
    Optional<Provider.Known> last = provider.fresh();
    if (last.isPresent()) {
      return last.get();
    }
    if (!turns.tryAcquire()) {
      throw OpenIdRefused.away("Too many people log in just now: begin again in a moment.");
    }
    try {
      return read();
    } finally {
      turns.release();
    }
  }

  private Provider.Known read() throws OpenIdRefused {
    try {
      return provider.known();
    } catch (IOException e) {
      throw OpenIdRefused.away(OpenIdRefused.AWAY); // its log says so, once in a while
    }
  }

  private synchronized boolean isFirst(String state) {
    return ended.put(state, true) == null;
  }

  private static boolean same(String one, String other) {
    return MessageDigest.isEqual(
        one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Returns a user who was let in some time ago: the basis of the user's role may have changed
   * since.
   */
  public Optional<Principal> still(Principal before) {
    return Optional.of(before).filter(who -> who.generation().equals(generation));
  }

  /**
   * Returns the address where a browser logs out at the provider, too. Does not wait.
   *
   * @param token of its log-in, if it is known
   * @return empty: the provider has no such page, as far as is known
   */
  public Optional<URI> farewell(Optional<String> token) {
    return provider
        .last()
        .map(known -> known.metadata().getEndSessionEndpointURI())
        .filter(page -> "https".equals(page.getScheme()) || settings.providerIsHere())
        .map(page -> farewell(page, token));
  }

  private URI farewell(URI page, Optional<String> token) {
    URI asked =
        new LogoutRequest(
                page,
                token.flatMap(OpenId::parsed).orElse(null),
                null,
                new ClientID(settings.client()),
                afterwards,
                null,
                null)
            .toURI();
    // Cognito's name for the same.
    return URI.create(
        asked + "&logout_uri=" + URLEncoder.encode(afterwards.toString(), StandardCharsets.UTF_8));
  }

  private static Optional<JWT> parsed(String token) {
    try {
      return Optional.of(JWTParser.parse(token));
    } catch (java.text.ParseException e) {
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    secret.ifPresent(ClientSecret::close);
  }
}
