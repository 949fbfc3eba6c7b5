package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ReplyOwner;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.lease.LeaseClient;
import dev.heimdall.engine.pool.Lane;
import dev.heimdall.engine.pool.LaneUser;
import dev.heimdall.engine.pool.LoopPool;
import dev.heimdall.engine.pool.Waiter;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.sharing.SharingClient;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.wire.Greeting;
import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;

/** A session as those see it that get its statements to servers: each by an interface. */
final class ServerPorts implements LeaseClient, SharingClient {
  private final ClientSession session;

  ServerPorts(ClientSession session) {
    this.session = session;
  }

  @Override
  public ReplyOwner owner() {
    return session;
  }

  @Override
  public Waiter waiter() {
    return session;
  }

  @Override
  public boolean dedicated() {
    return session.dedicated();
  }

  // ---- what it has sent

  @Override
  public void process() {
    session.requests().process();
  }

  @Override
  public void refuse(ServerError error) {
    session.requests().refuse(error);
  }

  @Override
  public void block() {
    session.requests().block();
  }

  @Override
  public boolean streaming() {
    return session.requests().streaming();
  }

  @Override
  public boolean midMessage() {
    return session.requests().input().midMessage();
  }

  @Override
  public boolean waiting() {
    return session.requests().blocked()
        || session.atConsole()
        || session.foreign().busy()
        || session.lifecycle().held()
        || session.lifecycle().side().busy()
        || session.sentUnits().transaction().active();
  }

  @Override
  public boolean sentBefore() {
    return session.sharing().again();
  }

  @Override
  public Decision decision() {
    return session.lifecycle().decision();
  }

  @Override
  public void takeBack() {
    session.lifecycle().takeBack();
  }

  @Override
  public void settingsKnown() {
    session.lifecycle().settingsKnown();
  }

  @Override
  public void tryAgain() {
    session.sentUnits().alone().tryAgain();
  }

  @Override
  public void forgetSequences(ServerConnection connection) {
    session.requests().handler().forgetSequences(connection);
  }

  @Override
  public void endCutMessage(ServerConnection connection) {
    session.requests().endCutMessage(connection);
  }

  // ---- pending replies

  @Override
  public int outstanding() {
    return session.outstanding();
  }

  @Override
  public void endingSent() {
    session.pendingReplies().endingSent();
  }

  @Override
  public boolean takesMore() {
    return session.takesMore();
  }

  @Override
  public void notice(ServerError notice) {
    ByteBuf out = session.channel().alloc().buffer(128);
    session.encoder().notice(notice, out);
    session.write(out);
  }

  @Override
  public void parameter(String name, String value) {
    ByteBuf out = session.channel().alloc().buffer(64);
    session.encoder().parameter(name, value, out);
    session.write(out);
  }

  // ---- shared pipelines

  @Override
  public ServerConnection placeShared(LoopPool pool) {
    return session.sharing().place(pool);
  }

  @Override
  public ServerConnection takeShared(Lane lane) {
    return session.sharing().take(lane);
  }

  @Override
  public void alone() {
    session.sharing().alone();
  }

  @Override
  public boolean transactionLost() {
    return session.loss().transactionLost();
  }

  // ---- its beginning and its end

  @Override
  public Greeting learn(ServerConnection server) {
    return session.start().learn(server);
  }

  @Override
  public void welcome(Greeting greeting) {
    session.start().welcome(greeting);
  }

  @Override
  public boolean endsDrained() {
    return session.control().endsDrained();
  }

  @Override
  public boolean drained() {
    if (session.control().drains()) {
      session.drain();
      return true;
    }
    return false;
  }

  @Override
  public void pin(PinReason reason) {
    session.pin(reason);
  }

  @Override
  public void settingsHeld(long bytes) {
    session.memory().settings(bytes);
  }

  @Override
  public void fatal(ServerError error) {
    session.fatal(error);
  }

  @Override
  public void failed(Throwable cause) {
    session.failed(cause);
  }

  // ---- what it has in a shared pipeline

  @Override
  public LaneUser user() {
    return session;
  }

  @Override
  public boolean runsOn(ServerConnection connection) {
    return session.requests().handler().runsOn(connection);
  }

  @Override
  public boolean shareable(int most) {
    return session.requests().handler().shareable(most);
  }

  @Override
  public void undoNothing(ServerConnection connection) {
    session.requests().handler().undoNothing(connection);
  }

  @Override
  public boolean pipelines() {
    return session.sentUnits().alone().pipelines();
  }

  @Override
  public void keepBatch() {
    session.sentUnits().alone().keepShared(session.requests().input().bytes());
  }

  @Override
  public boolean nothingGiven(ServerConnection from) {
    return session.sentUnits().alone().nothingGiven(from);
  }

  @Override
  public void repeatBatch() {
    session.sentUnits().alone().repeat();
  }

  @Override
  public void forgetBatch() {
    session.sentUnits().alone().forget();
  }

  @Override
  public void groupTakenBack() {
    session.pendingReplies().takeBack();
  }

  @Override
  public boolean mayGoOn() {
    return session.loss().mayGoOn();
  }

  @Override
  public void answer(ServerError error) {
    ByteBuf out = session.channel().alloc().buffer(128);
    session.encoder().failure(error, session.status(), out);
    session.write(out);
  }
}
