package dev.heimdall.cdk.config;

import dev.heimdall.model.Spelled;

/** What the processors of instances are. */
public enum Architecture implements Spelled {
  ARM64("arm64", "c7g.large"),
  X86_64("x86_64", "c7i.large");

  private final String spelling;
  private final String instanceType;

  Architecture(String spelling, String instanceType) {
    this.spelling = spelling;
    this.instanceType = instanceType;
  }

  @Override
  public String spelling() {
    return spelling;
  }

  /** What instances are unless somebody says otherwise. */
  public String instanceType() {
    return instanceType;
  }

  /** The parameter that names the newest Amazon Linux 2023. */
  public String imageParameter() {
    return "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-" + spelling;
  }

  /** Whether instances of a type have such processors: the names of ARM ones say so. */
  public boolean has(String type) {
    boolean arm = type.matches("a1\\..*|[a-z]+[0-9]+g[a-z-]*\\..*");
    return arm == (this == ARM64);
  }
}
