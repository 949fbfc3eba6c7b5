package dev.heimdall.engine.client;

import dev.heimdall.engine.auth.AuthDecision;
import dev.heimdall.engine.auth.AuthException;
import dev.heimdall.engine.auth.AuthFailure;
import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.model.ClientTlsMode;
import dev.heimdall.model.ConsoleRight;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import java.util.List;
import java.util.function.Consumer;

/**
 * Claimed identity of a client, and its proof: from its request to its session, or to its
 * rejection.
 */
final class Identification {
  private final LogInServices services;
  private final LogInDialogue dialogue;
  private final ClientLogin client;
  private final ClientPlace place;
  private final ClientTls tls;
  private final LogInAgain again;
  private final LogInRules rules;
  private final Refusals refusals;
  private SessionRequest request;

  /** Null where none is asked for. */
  private ClientProof proof;

  Identification(
      LogInServices services,
      LogInDialogue dialogue,
      ClientLogin client,
      ClientPlace place,
      ClientTls tls,
      LogInAgain again) {
    this.services = services;
    this.dialogue = dialogue;
    this.client = client;
    this.place = place;
    this.tls = tls;
    this.again = again;
    this.rules = new LogInRules(services.vdb(), services.loop(), services.protocol());
    this.refusals = new Refusals(services.node(), services.vdb(), services.loop());
  }

  /** True if the client has said who it is. */
  boolean requested() {
    return request != null;
  }

  /** True if the connection is safe from eavesdroppers. */
  boolean secure() {
    return tls.inUse() || place.local();
  }

  /**
   * The client wants this.
   *
   * @param failed hears of an error in the node
   */
  void request(SessionRequest wanted, Channel channel, Consumer<Throwable> failed) {
    request = wanted;
    VdbAccess vdb = services.vdb();
    if (vdb.settings().vdb().tls().mode() == ClientTlsMode.REQUIRE && !secure()) {
      client.refuse(dialogue.tlsRequired(Refusals.error(AuthFailure.tlsRequired(vdb.name()))));
      return;
    }
    rules.decide(
        wanted,
        place.address().getAddress(),
        tls.inUse(),
        tls.certificate(channel.pipeline()),
        client,
        this::decided,
        failed);
  }

  private void decided(AuthDecision decision) {
    switch (decision.exchange()) {
      case ACCEPTED -> {
        try {
          client.admitted(decision.admit());
        } catch (AuthException e) {
          client.refuse(e.failure());
        }
      }
      case REFUSED -> client.refuse(decision.failure());
      case SCRAM, MD5, CLEAR_TEXT, DIRECTORY -> {
        proof =
            new ClientProof(
                services.node(),
                services.loop(),
                refusals,
                place.address(),
                request.user(),
                client);
        dialogue.prove(
            new PasswordExchange(
                services, decision, request.database(), tls.serverEndPoint(), dialogue, proof));
      }
    }
  }

  /**
   * Returns the handler with which an authenticated client continues: a session, or the node's
   * console.
   *
   * @param own with what servers let the client in
   * @param unknownServer why no server could be asked what it is; null where one was
   */
  ChannelHandler session(ServerCredential own, ServerError unknownServer, Channel channel)
      throws StartupVariables.Rejected {
    if (services.loop().clients().turnsAway()) {
      throw new StartupVariables.Rejected(ServerError.nodeStops());
    }
    if (proof != null) {
      proof.succeeded();
    }
    ConsoleRight right = services.consoleRight(request.user());
    Login login =
        new Login(
            request,
            dialogue.encoder(),
            dialogue.capabilities(),
            own,
            proof == null ? List.of() : proof.groups(),
            proof == null ? services.loop().context().nanoTime() : proof.judgedAt(),
            right,
            tls.inUse(),
            place.address(),
            again);
    if (services.isConsole(login.database())) {
      if (right == ConsoleRight.NONE) {
        throw new StartupVariables.Rejected(
            ServerError.fatal(
                    Sqlstate.INSUFFICIENT_PRIVILEGE,
                    "permission denied for database \"" + login.database() + "\"")
                .withDetail(
                    "It is the node's admin console, for users with \"admin\": true, or \"stats\":"
                        + " true for its SHOW commands."));
      }
      return services.sessions().console(login, channel);
    }
    if (unknownServer != null) {
      throw new StartupVariables.Rejected(unknownServer);
    }
    return services.sessions().session(login, dialogue.variables(), channel);
  }

  /** The client is not let in. */
  void refused(ServerError error) {
    refusals.refused(place.peer(), request, error);
    if (proof != null) {
      proof.failed(error);
    }
  }

  /** It has left, perhaps with what its wrong proof has told it. */
  void left() {
    if (proof != null && proof.unanswered() != null) {
      refused(Refusals.error(proof.unanswered()));
    }
  }
}
