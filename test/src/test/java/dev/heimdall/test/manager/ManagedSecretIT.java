package dev.heimdall.test.manager;

import org.junit.jupiter.api.Tag;

/**
 * The configuration in one secret of Secrets Manager. What differs from a bucket is tested without
 * a manager, in the store's own contract.
 */
@Tag("long")
class ManagedSecretIT extends ManagedAwsContract {
  @Override
  String written() {
    return "secret:heimdall/conf";
  }

  @Override
  String writing() {
    return "PutSecretValue";
  }

  @Override
  String writingAction() {
    return "secretsmanager:PutSecretValue";
  }
}
