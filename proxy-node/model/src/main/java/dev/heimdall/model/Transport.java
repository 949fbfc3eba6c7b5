package dev.heimdall.model;

/** How the node talks to the kernel. */
public enum Transport implements Spelled {
  /** The best that the machine has. */
  AUTO,
  EPOLL,
  IO_URING {
    @Override
    public String spelling() {
      return "io_uring";
    }
  },
  NIO
}
