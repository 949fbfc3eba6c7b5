package dev.heimdall.manager.oidc;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jwt.JWT;
import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.ErrorObject;
import com.nimbusds.oauth2.sdk.OAuth2Error;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.ClientSecretPost;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponse;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import dev.heimdall.manager.login.PasswordException;
import dev.heimdall.model.report.LogLine;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Gives a provider the code that a browser has brought, for what the provider says of the user. */
final class CodeExchange {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.manager");

  private static final int SKEW_SECONDS = 60;
  private static final String NOT_BEFORE = "nbf";
  private static final String AUTHORIZED_PARTY = "azp";

  /**
   * Accepted algorithms: any holder of a client's secret can sign with that, so only the provider's
   * own keys count.
   */
  private static final Set<JWSAlgorithm> ALGORITHMS =
      Set.of(
          JWSAlgorithm.RS256,
          JWSAlgorithm.RS384,
          JWSAlgorithm.RS512,
          JWSAlgorithm.PS256,
          JWSAlgorithm.PS384,
          JWSAlgorithm.PS512,
          JWSAlgorithm.ES256,
          JWSAlgorithm.ES384,
          JWSAlgorithm.ES512);

  private final OpenIdSettings settings;
  private final URI callback;
  private final Optional<ClientSecret> secret;
  private final ProviderHttp http;

  CodeExchange(
      OpenIdSettings settings, URI callback, Optional<ClientSecret> secret, ProviderHttp http) {
    this.settings = settings;
    this.callback = callback;
    this.secret = secret;
    this.http = http;
  }

  /**
   * Verified claims of the provider about a user.
   *
   * @param token as it came
   */
  record Shown(String token, IDTokenClaimsSet claims) {
    @Override
    public String toString() {
      return "claims";
    }
  }

  Shown shown(Provider.Known known, PendingLogIn pending, String code) throws OpenIdRefused {
    JWT token = token(known.metadata(), pending, code);
    return new Shown(token.getParsedString(), validated(known, token, pending));
  }

  private JWT token(OIDCProviderMetadata metadata, PendingLogIn pending, String code)
      throws OpenIdRefused {
    AuthorizationCodeGrant grant =
        new AuthorizationCodeGrant(
            new AuthorizationCode(code), callback, new CodeVerifier(pending.verifier()));
    TokenResponse response;
    try {
      URI endpoint = metadata.getTokenEndpointURI();
      TokenRequest request =
          secret.isPresent()
              ? new TokenRequest.Builder(endpoint, authentication(metadata), grant).build()
              : new TokenRequest.Builder(endpoint, new ClientID(settings.client()), grant).build();
      response = OIDCTokenResponseParser.parse(http.send(request.toHTTPRequest()));
    } catch (PasswordException | IOException e) {
      throw OpenIdRefused.failed(e);
    } catch (ParseException e) {
      throw OpenIdRefused.failed(new IOException("its token response cannot be parsed", e));
    }
    if (!response.indicatesSuccess()) {
      ErrorObject error = response.toErrorResponse().getErrorObject();
      if (OAuth2Error.INVALID_GRANT.equals(error)) {
        throw OpenIdRefused.wrong(
            "code", "The provider does not take the code that it gave: begin again.");
      }
      secret.ifPresent(ClientSecret::doubt);
      throw OpenIdRefused.failed(
          new IOException(
              "it rejects the token request with "
                  + plain(error == null ? "" : String.valueOf(error.getCode()))));
    }
    return ((OIDCTokenResponse) response.toSuccessResponse()).getOIDCTokens().getIDToken();
  }

  private ClientAuthentication authentication(OIDCProviderMetadata metadata)
      throws PasswordException {
    ClientID client = new ClientID(settings.client());
    Secret shown = new Secret(secret.orElseThrow().read());
    List<ClientAuthenticationMethod> taken = metadata.getTokenEndpointAuthMethods();
    boolean post =
        taken != null
            && !taken.contains(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
            && taken.contains(ClientAuthenticationMethod.CLIENT_SECRET_POST);
    return post ? new ClientSecretPost(client, shown) : new ClientSecretBasic(client, shown);
  }

  private IDTokenClaimsSet validated(Provider.Known known, JWT token, PendingLogIn pending)
      throws OpenIdRefused {
    IDTokenValidator validator =
        new IDTokenValidator(
            new Issuer(settings.issuer().toString()),
            new ClientID(settings.client()),
            new JWSVerificationKeySelector<>(ALGORITHMS, known.keys()),
            null);
    validator.setMaxClockSkew(SKEW_SECONDS);
    try {
      IDTokenClaimsSet claims = validator.validate(token, new Nonce(pending.nonce()));
      Optional<String> flaw = flaw(claims);
      if (flaw.isPresent()) {
        throw untrue(flaw.get());
      }
      return claims;
    } catch (BadJOSEException e) {
      throw untrue(String.valueOf(e.getMessage()));
    } catch (JOSEException e) {
      throw OpenIdRefused.failed(e);
    }
  }

  /**
   * Returns the flaw of a token that is right otherwise, for checks that the library leaves to its
   * users.
   */
  private Optional<String> flaw(IDTokenClaimsSet claims) {
    Object party = claims.getClaim(AUTHORIZED_PARTY);
    if (party == null && claims.getAudience().size() > 1) {
      return Optional.of("it has several audiences (aud) and names no authorized party (azp)");
    }
    if (party != null && !party.equals(settings.client())) {
      return Optional.of("it was made out to another client (azp)");
    }
    Date begin = claims.getDateClaim(NOT_BEFORE);
    return begin != null && begin.toInstant().isAfter(Instant.now().plusSeconds(SKEW_SECONDS))
        ? Optional.of("it is not valid yet (nbf)")
        : Optional.empty();
  }

  private static OpenIdRefused untrue(String why) {
    new LogLine("an ID token of the OpenID Connect provider is rejected")
        .pair("reason", why)
        .log(LOG, Level.WARN);
    return OpenIdRefused.wrong(
        "token", "What the provider says of you cannot be trusted; the manager's log says why.");
  }

  /** An error's code, unless it is something else. */
  static String plain(String code) {
    return code.matches("[a-z_]{1,64}") ? code : "an error that it does not name";
  }
}
