package dev.heimdall.engine.kit;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.ServerChannel;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A server of one dialect, whose sessions share what they have committed. */
public abstract class KitServers<S extends KitSession> {
  private static final int WHOLE = -1;

  private final EventLoop loop;
  private final SocketAddress address;
  private final Class<? extends ServerChannel> channels;
  private final ByteBufAllocator buffers;
  private final List<S> sessions = new ArrayList<>();
  private final List<Throwable> failures = new ArrayList<>();
  private Channel listening;
  private int processes = 100;
  private boolean holding;

  /** What statements have in them that are carried out and not answered; null for none. */
  private String slow;

  private int cut = WHOLE;

  /** Beginning of what fails, in lower case; null for nothing. */
  private String failing;

  private String failsWith;

  /** One whose clients connect to this address by channels of this kind. */
  protected KitServers(
      EventLoop loop,
      SocketAddress address,
      Class<? extends ServerChannel> channels,
      ByteBufAllocator buffers) {
    this.loop = loop;
    this.address = address;
    this.channels = channels;
    this.buffers = buffers;
    listen();
  }

  /** Begins a connection. */
  protected abstract S session(int process);

  /** The words whose writes were committed, in order. */
  public abstract List<String> written();

  /** How many writes were committed. */
  final int committed() {
    return written().size();
  }

  /** How many requests to cancel what runs have come. */
  public abstract int cancels();

  /** Takes connections. */
  public final void listen() {
    listening =
        new ServerBootstrap()
            .group(loop)
            .channel(channels)
            .childOption(ChannelOption.ALLOCATOR, buffers)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    S session = session(++processes);
                    session.of(KitServers.this);
                    sessions.add(session);
                    channel.pipeline().addLast(session);
                  }
                })
            .bind(address)
            .channel();
  }

  /** Where it listens, once it does. */
  public final SocketAddress listensAt() {
    return listening.localAddress();
  }

  /** Nobody can connect any more; connections that are there stay. */
  public final void refuse() {
    listening.close();
  }

  /** The connections that are open, oldest first. */
  public final List<S> open() {
    return sessions.stream().filter(session -> session.channel().isActive()).toList();
  }

  /** Errors of the simulation itself. */
  public final List<Throwable> failures() {
    return failures;
  }

  /** Replies wait, or wait no longer. */
  public final void hold(boolean hold) {
    holding = hold;
    if (!hold) {
      open().forEach(KitSession::release);
    }
  }

  final boolean holding() {
    return holding;
  }

  /** From now on statements with this word in them are not answered; null for none. */
  final void slow(String word) {
    slow = word;
    open().forEach(word == null ? KitSession::release : KitSession::mark);
  }

  /** Whether an answer is kept back behind these texts. */
  final boolean isSlow(List<String> texts) {
    return slow != null
        && texts.stream().anyMatch(sql -> sql.contains(slow) && !sql.startsWith("PREPARE "));
  }

  /** The next statement that begins like this, in lower case, fails with this SQLSTATE. */
  public final void failNext(String beginning, String state) {
    failing = beginning;
    failsWith = state;
  }

  /** The SQLSTATE with which this statement fails; null where it does not. */
  protected final String failure(String sql) {
    if (failing == null || !sql.toLowerCase(Locale.ROOT).startsWith(failing)) {
      return null;
    }
    failing = null;
    return failsWith;
  }

  /** The next answer to a request ends behind so many bytes, and the connection with it. */
  public final void cutNext(int bytes) {
    cut = bytes;
  }

  /** Answers are whole again. */
  final void cutNone() {
    cut = WHOLE;
  }

  /** How many bytes of an answer are sent before the connection ends; -1 if it goes on. */
  final int takeCut(int length) {
    int taken = cut == WHOLE ? WHOLE : Math.min(cut, length);
    cut = WHOLE;
    return taken;
  }
}
