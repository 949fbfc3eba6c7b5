package dev.heimdall.model;

/** Interface between the node and the kernel. */
public enum Transport implements Spelled {
  /** epoll where the machine has it, else NIO. */
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
