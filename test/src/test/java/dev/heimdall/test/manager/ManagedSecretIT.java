package dev.heimdall.test.manager;

/** The configuration in one secret of Secrets Manager. */
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
