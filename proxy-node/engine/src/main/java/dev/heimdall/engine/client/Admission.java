package dev.heimdall.engine.client;

import dev.heimdall.engine.wire.ServerError;

/**
 * Resources that a client holds on the node while it is connected: slots under the limits, a cancel
 * key, and an entry among the clients of its loop.
 */
public final class Admission {
  private final NodeAccess node;
  private final VdbAccess vdb;
  private final LoopClients clients;
  private final Client client;
  private final ClientSlots slots = new ClientSlots();
  private int processId;
  private boolean numberKept;

  public Admission(NodeAccess node, VdbAccess vdb, LoopClients clients, Client client) {
    this.node = node;
    this.vdb = vdb;
    this.clients = clients;
    this.client = client;
  }

  /**
   * Acquires a slot under each limit.
   *
   * @return null, or why the client must be rejected; {@link #release} is due all the same
   */
  public ServerError acquireSlots() {
    Login login = client.login();
    return slots.acquire(node, vdb, login.user(), login.database());
  }

  /**
   * Operators and cancel requests find the client from now on.
   *
   * @return its cancel key
   */
  public CancelKey register() {
    SessionRequest request = client.login().request();
    byte[] secret = node.cancels().newSecret(request.secretLength());
    processId = request.number();
    if (processId == 0) {
      processId = node.cancels().register(client, secret);
    } else {
      node.cancels().claim(processId, client, secret);
    }
    clients.add(client);
    return new CancelKey(processId, secret);
  }

  /**
   * Registers a client that has its key from another process, so that operators and cancel requests
   * find it.
   */
  public void register(CancelKey key) {
    processId = key.session();
    node.cancels().claim(processId, client, key.secret());
    clients.add(client);
  }

  /** The client's cancel key. */
  public CancelKey key() {
    return new CancelKey(processId, node.cancels().secretOf(processId));
  }

  /** The number in its cancel key; 0 before {@link #register}. */
  public int processId() {
    return processId;
  }

  /**
   * The session ends, but its client stays: its number is reserved from now on, also behind {@link
   * #release}.
   */
  int keepNumber() {
    numberKept = true;
    node.cancels().claim(processId, null, new byte[0]);
    return processId;
  }

  /** The client has gone, or its session has ended. */
  public void release() {
    slots.release();
    if (numberKept) {
      clients.remove(client);
    } else if (processId != 0) {
      clients.remove(client);
      node.cancels().remove(processId);
    } else if (client.login().request().number() != 0) {
      node.cancels().remove(client.login().request().number());
    }
  }
}
