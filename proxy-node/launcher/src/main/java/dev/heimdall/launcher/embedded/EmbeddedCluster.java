package dev.heimdall.launcher.embedded;

import java.nio.file.Path;
import java.util.List;

/**
 * A primary with replicas, each an ordinary process on the loopback address. Closing the cluster,
 * or the end of the JVM, ends every process and deletes the data; on Linux the processes end even
 * when the JVM is killed.
 */
public abstract class EmbeddedCluster<S extends EmbeddedServer> implements AutoCloseable {
  private final ClusterDirectory directory;
  private final ChildProcesses children;
  private final List<S> servers;
  private final Thread hook;
  private boolean closed;

  /** Ends with the JVM from now on. */
  protected EmbeddedCluster(ClusterDirectory directory, ChildProcesses children, List<S> servers) {
    this.directory = directory;
    this.children = children;
    this.servers = List.copyOf(servers);
    this.hook = new Thread(this::endAndDelete, "cluster-end");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** The server that began as the primary; a promotion does not change which one that is. */
  public final S primary() {
    return servers.get(0);
  }

  /** The servers that began as replicas, in the order of their ports. */
  public final List<S> replicas() {
    return servers.subList(1, servers.size());
  }

  /** The primary and the replicas, in this order. */
  public final List<S> servers() {
    return servers;
  }

  /** The name of the superuser. */
  public final String superuser() {
    return owner().name();
  }

  /** The password of the superuser. */
  public final String password() {
    return owner().password();
  }

  protected final Superuser owner() {
    return primary().superuser();
  }

  protected final ChildProcesses children() {
    return children;
  }

  /** Directory of all that it writes. */
  protected final Path directory() {
    return directory.path();
  }

  /** Ends every process at once and deletes the data. May be called again. */
  @Override
  public final void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is ending: the hook does the same, one of the two finds nothing left to do.
    }
    endAndDelete();
  }

  private synchronized void endAndDelete() {
    if (closed) {
      return;
    }
    closed = true;
    endProcesses();
    children.close();
    directory.close();
  }

  /** Ends all that run, at once. */
  protected abstract void endProcesses();
}
