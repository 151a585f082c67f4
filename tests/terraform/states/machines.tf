variable "changed" {
  type    = bool
  default = false
}

resource "aws_iam_role" "machine" {
  name = "machine"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "states.amazonaws.com" }
    }]
  })
}

resource "aws_sfn_state_machine" "letters" {
  name     = "letters"
  role_arn = aws_iam_role.machine.arn
  definition = jsonencode({
    StartAt = "Read"
    States = {
      Read = {
        Type       = "Task"
        Resource   = "arn:aws:states:::aws-sdk:s3:getObject"
        Parameters = { Bucket = "letters", "Key.$" = "$.key" }
        Next       = "Done"
      }
      Done = { Type = "Pass", Result = var.changed ? "changed" : "read", End = true }
    }
  })
  tags = { team = var.changed ? "blue" : "red" }
}

resource "aws_sfn_state_machine" "quick" {
  name     = "quick"
  type     = "EXPRESS"
  role_arn = aws_iam_role.machine.arn
  definition = jsonencode({
    QueryLanguage = "JSONata"
    StartAt       = "Done"
    States        = { Done = { Type = "Succeed", Output = "{% $sum($states.input) %}" } }
  })
}

data "aws_sfn_state_machine" "letters" {
  name       = aws_sfn_state_machine.letters.name
  depends_on = [aws_sfn_state_machine.letters]

  lifecycle {
    postcondition {
      condition     = self.arn == aws_sfn_state_machine.letters.arn && self.status == "ACTIVE"
      error_message = "another machine was read"
    }
  }
}
