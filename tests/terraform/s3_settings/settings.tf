# What a bucket and its objects are told to be.

variable "package" {
  type = string
}

resource "aws_s3_bucket" "pictures" {
  bucket        = "pictures"
  force_destroy = true
  tags = {
    team = var.changed ? "red" : "blue"
  }
}

resource "aws_s3_object" "logo" {
  bucket                 = aws_s3_bucket.pictures.id
  key                    = "logos/red&blue.svg"
  content                = var.changed ? "<svg>red</svg>" : "<svg>blue</svg>"
  content_type           = "image/svg+xml"
  server_side_encryption = "AES256"
  tags = {
    level = var.changed ? "public" : "draft"
  }
}

resource "aws_s3_object_copy" "copy" {
  bucket            = aws_s3_bucket.pictures.id
  key               = "copy"
  source            = "${aws_s3_bucket.pictures.id}/${aws_s3_object.logo.key}"
  tagging_directive = "REPLACE"
  tags = {
    copied = "yes"
  }
}

resource "aws_s3_bucket_cors_configuration" "pictures" {
  bucket = aws_s3_bucket.pictures.id
  cors_rule {
    id              = "app"
    allowed_methods = var.changed ? ["GET", "PUT"] : ["GET"]
    allowed_origins = ["https://app.example.com"]
    allowed_headers = ["*"]
    expose_headers  = ["ETag"]
    max_age_seconds = var.changed ? 60 : 3000
  }
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["*"]
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "pictures" {
  bucket = aws_s3_bucket.pictures.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
    bucket_key_enabled = var.changed
  }
}

resource "aws_s3_bucket_request_payment_configuration" "pictures" {
  bucket = aws_s3_bucket.pictures.id
  payer  = var.changed ? "BucketOwner" : "Requester"
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

resource "aws_iam_role" "thumbnail" {
  name               = "thumbnail"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_lambda_function" "thumbnail" {
  function_name = "thumbnail"
  role          = aws_iam_role.thumbnail.arn
  runtime       = "python3.12"
  handler       = "app.handler"
  filename      = var.package
}

resource "aws_lambda_permission" "pictures" {
  statement_id   = "pictures"
  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.thumbnail.function_name
  principal      = "s3.amazonaws.com"
  source_arn     = aws_s3_bucket.pictures.arn
  source_account = split(":", aws_iam_role.thumbnail.arn)[4]
}

resource "aws_s3_bucket_notification" "pictures" {
  bucket     = aws_s3_bucket.pictures.id
  depends_on = [aws_lambda_permission.pictures]
  lambda_function {
    id                  = "created"
    lambda_function_arn = aws_lambda_function.thumbnail.arn
    events              = var.changed ? ["s3:ObjectCreated:*"] : ["s3:ObjectCreated:Put", "s3:ObjectCreated:Copy"]
    filter_prefix       = "in/"
    filter_suffix       = ".jpg"
  }
}

resource "aws_s3_object" "spaced" {
  bucket           = aws_s3_bucket.pictures.id
  key              = "logos/a b+c.svg"
  content          = "<svg/>"
  website_redirect = var.changed ? "/index.html" : "https://example.com/"
}

resource "aws_s3_object_copy" "spaced" {
  bucket = aws_s3_bucket.pictures.id
  key    = "copy of a b"
  source = "${aws_s3_bucket.pictures.id}/${aws_s3_object.spaced.key}"
}

resource "aws_s3_bucket_website_configuration" "pictures" {
  bucket = aws_s3_bucket.pictures.id
  index_document {
    suffix = "index.html"
  }
  error_document {
    key = var.changed ? "lost.html" : "error.html"
  }
  routing_rule {
    condition {
      key_prefix_equals               = "old/"
      http_error_code_returned_equals = "404"
    }
    redirect {
      replace_key_prefix_with = var.changed ? "newer/" : "new/"
    }
  }
}

resource "aws_s3_bucket" "logs" {
  bucket        = "logs"
  force_destroy = true
}

resource "aws_s3_bucket_logging" "pictures" {
  bucket        = aws_s3_bucket.pictures.id
  target_bucket = aws_s3_bucket.logs.id
  target_prefix = var.changed ? "changed/" : "pictures/"
  target_object_key_format {
    partitioned_prefix {
      partition_date_source = "EventTime"
    }
  }
}
