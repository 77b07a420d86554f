# What runs by the clock, in both Regions, whoever is active.

# Every minute a new run, each longer than a minute: the lease is never unwatched. It also keeps the standby's
# network interfaces alive.
resource "aws_cloudwatch_event_rule" "failover_controller" {
  name                = "payment-primary-failover-controller-dev-test"
  description         = "Starts payment-failover-controller-primary-dev-test"
  schedule_expression = "rate(1 minute)"

  tags = {
    Name = "payment-primary-failover-controller-dev-test"
  }
}

resource "aws_cloudwatch_event_target" "failover_controller" {
  rule = aws_cloudwatch_event_rule.failover_controller.name
  arn  = aws_lambda_function.failover_controller.arn
}

resource "aws_lambda_permission" "failover_controller" {
  statement_id  = "Allow-payment-failover-controller-primary-dev-test-failover-controller"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.failover_controller.function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.failover_controller.arn
}

# Four times a day, so that one missed run is not a day without an answer.
resource "aws_cloudwatch_event_rule" "backup_verification" {
  name                = "payment-backup-schedule-dev-test"
  description         = "Starts payment-backup-verification-dev-test"
  schedule_expression = "rate(6 hours)"

  tags = {
    Name = "payment-backup-schedule-dev-test"
  }
}

resource "aws_cloudwatch_event_target" "backup_verification" {
  rule = aws_cloudwatch_event_rule.backup_verification.name
  arn  = aws_lambda_function.backup_verification.arn

  input = jsonencode({
    action           = "verify"
    minRetentionDays = 7
  })
}

resource "aws_lambda_permission" "backup_verification" {
  statement_id  = "Allow-payment-backup-verification-dev-test-backup-verification"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.backup_verification.function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.backup_verification.arn
}

# Every week a backup is really restored, into a cluster of its own that is removed after the ledger's checks.
resource "aws_cloudwatch_event_rule" "restore_start" {
  name                = "payment-primary-restore-start-dev-test"
  description         = "Starts payment-backup-verification-dev-test"
  schedule_expression = "cron(0 6 ? * SUN *)"

  tags = {
    Name = "payment-primary-restore-start-dev-test"
  }
}

resource "aws_cloudwatch_event_target" "restore_start" {
  rule = aws_cloudwatch_event_rule.restore_start.name
  arn  = aws_lambda_function.backup_verification.arn

  input = jsonencode({
    action = "restore-start"
  })
}

resource "aws_lambda_permission" "restore_start" {
  statement_id  = "Allow-payment-backup-verification-dev-test-restore-start"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.backup_verification.function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.restore_start.arn
}

# Takes a restore under way one step further, and removes what a run that died left behind; else it only
# looks.
resource "aws_cloudwatch_event_rule" "restore_advance" {
  name                = "payment-primary-restore-advance-dev-test"
  description         = "Starts payment-backup-verification-dev-test"
  schedule_expression = "rate(5 minutes)"

  tags = {
    Name = "payment-primary-restore-advance-dev-test"
  }
}

resource "aws_cloudwatch_event_target" "restore_advance" {
  rule = aws_cloudwatch_event_rule.restore_advance.name
  arn  = aws_lambda_function.backup_verification.arn

  input = jsonencode({
    action = "restore-advance"
  })
}

resource "aws_lambda_permission" "restore_advance" {
  statement_id  = "Allow-payment-backup-verification-dev-test-restore-advance"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.backup_verification.function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.restore_advance.arn
}

# A failed run is not repeated, the next start is; its error raises the alarm.
resource "aws_lambda_function_event_invoke_config" "failover_controller" {
  function_name                = aws_lambda_function.failover_controller.function_name
  maximum_retry_attempts       = 0
  maximum_event_age_in_seconds = 60
}

# A failed run is not repeated, the next start is; its error raises the alarm.
resource "aws_lambda_function_event_invoke_config" "backup_verification" {
  function_name                = aws_lambda_function.backup_verification.function_name
  maximum_retry_attempts       = 0
  maximum_event_age_in_seconds = 3600
}
