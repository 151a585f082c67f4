# A function under a role, with a version, an alias of it, and who may call it.

variable "package" {
  type = string
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "reporter" {
  name               = "reporter"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_lambda_function" "report" {
  function_name                  = "report"
  role                           = aws_iam_role.reporter.arn
  runtime                        = "python3.12"
  handler                        = "app.handler"
  filename                       = var.package
  source_code_hash               = filebase64sha256(var.package)
  publish                        = true
  timeout                        = var.changed ? 30 : 10
  memory_size                    = var.changed ? 256 : 128
  description                    = var.changed ? "reports, again" : "reports"
  reserved_concurrent_executions = var.changed ? 5 : 3

  environment {
    variables = {
      COLOUR = var.changed ? "red" : "blue"
    }
  }

  ephemeral_storage {
    size = var.changed ? 1024 : 512
  }

  dead_letter_config {
    target_arn = "arn:aws:sqs:us-east-1:123456789012:failed"
  }

  tags = {
    team = var.changed ? "red" : "blue"
  }
}

resource "aws_lambda_function" "plain" {
  function_name = "plain"
  role          = aws_iam_role.reporter.arn
  runtime       = "python3.13"
  handler       = "app.handler"
  filename      = var.package
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  function_name    = aws_lambda_function.report.function_name
  function_version = aws_lambda_function.report.version
  description      = var.changed ? "used" : ""
}

resource "aws_lambda_alias" "both" {
  name             = "both"
  function_name    = aws_lambda_function.report.function_name
  function_version = aws_lambda_function.report.version

  dynamic "routing_config" {
    for_each = var.changed ? ["1"] : []

    content {
      additional_version_weights = { (routing_config.value) = 0.25 }
    }
  }
}

resource "aws_lambda_permission" "bucket" {
  statement_id   = "bucket"
  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.report.function_name
  principal      = "s3.amazonaws.com"
  source_arn     = "arn:aws:s3:::payroll"
  source_account = "123456789012"
}

resource "aws_lambda_permission" "alias" {
  statement_id  = "account"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.report.function_name
  qualifier     = aws_lambda_alias.live.name
  principal     = "arn:aws:iam::123456789012:root"
}

resource "aws_lambda_function_event_invoke_config" "report" {
  function_name                = aws_lambda_function.report.function_name
  maximum_retry_attempts       = var.changed ? 1 : 0
  maximum_event_age_in_seconds = var.changed ? 60 : 3600

  destination_config {
    on_failure {
      destination = var.changed ? aws_lambda_function.plain.arn : "arn:aws:s3:::failed"
    }

    dynamic "on_success" {
      for_each = var.changed ? [] : [aws_lambda_function.plain.arn]

      content {
        destination = on_success.value
      }
    }
  }
}

resource "aws_lambda_function_event_invoke_config" "live" {
  function_name          = aws_lambda_function.report.function_name
  qualifier              = aws_lambda_alias.live.name
  maximum_retry_attempts = var.changed ? 2 : 1
}

resource "aws_lambda_function_url" "report" {
  function_name      = aws_lambda_function.report.function_name
  authorization_type = var.changed ? "AWS_IAM" : "NONE"

  dynamic "cors" {
    for_each = var.changed ? [] : ["https://app.example"]

    content {
      allow_credentials = true
      allow_headers     = ["x-own"]
      allow_methods     = ["GET", "POST"]
      allow_origins     = [cors.value]
      expose_headers    = ["x-shown"]
      max_age           = 600
    }
  }
}

resource "aws_lambda_function_url" "live" {
  function_name      = aws_lambda_function.report.function_name
  qualifier          = aws_lambda_alias.live.name
  authorization_type = "AWS_IAM"
}

data "aws_lambda_function_url" "read" {
  function_name = aws_lambda_function_url.report.function_name

  lifecycle {
    postcondition {
      condition     = self.function_url == aws_lambda_function_url.report.function_url
      error_message = "another URL was read"
    }
  }
}

data "aws_lambda_function" "read" {
  function_name = aws_lambda_function.report.function_name

  lifecycle {
    postcondition {
      condition     = self.timeout == aws_lambda_function.report.timeout
      error_message = "another timeout was read"
    }
  }
}

data "aws_lambda_alias" "read" {
  function_name = aws_lambda_function.report.function_name
  name          = aws_lambda_alias.live.name
}

data "aws_lambda_functions" "all" {
  depends_on = [aws_lambda_function.plain, aws_lambda_function.report]

  lifecycle {
    postcondition {
      condition     = contains(self.function_names, "plain")
      error_message = "a function is missing from the list"
    }
  }
}

data "aws_lambda_invocation" "answer" {
  function_name = aws_lambda_function.report.function_name
  input         = jsonencode({ number = 7 })

  lifecycle {
    postcondition {
      condition     = jsondecode(self.result).number == 7
      error_message = "the function answered something else"
    }
  }
}
