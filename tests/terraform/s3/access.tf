# Who may use a bucket: what is blocked, who owns its objects, and who is granted what.

data "aws_canonical_user_id" "current" {}

resource "aws_s3_bucket" "open" {
  bucket = "open"
}

resource "aws_s3_bucket_public_access_block" "open" {
  bucket                  = aws_s3_bucket.open.id
  block_public_acls       = var.changed
  block_public_policy     = false
  ignore_public_acls      = var.changed
  restrict_public_buckets = false
}

resource "aws_s3_bucket_ownership_controls" "open" {
  bucket = aws_s3_bucket.open.id
  rule {
    object_ownership = var.changed ? "ObjectWriter" : "BucketOwnerPreferred"
  }
}

resource "aws_s3_bucket_acl" "open" {
  depends_on = [aws_s3_bucket_public_access_block.open, aws_s3_bucket_ownership_controls.open]
  bucket     = aws_s3_bucket.open.id
  acl        = var.changed ? "private" : "public-read"
}

resource "aws_s3_bucket_policy" "open" {
  depends_on = [aws_s3_bucket_public_access_block.open]
  bucket     = aws_s3_bucket.open.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "s3:GetObject"
      Resource  = "${aws_s3_bucket.open.arn}/*"
    }]
  })
}

resource "aws_s3_bucket" "granted" {
  bucket        = "granted"
  force_destroy = true
}

resource "aws_s3_bucket_ownership_controls" "granted" {
  bucket = aws_s3_bucket.granted.id
  rule {
    object_ownership = "ObjectWriter"
  }
}

resource "aws_s3_bucket_acl" "granted" {
  depends_on = [aws_s3_bucket_ownership_controls.granted]
  bucket     = aws_s3_bucket.granted.id
  access_control_policy {
    owner {
      id = data.aws_canonical_user_id.current.id
    }
    grant {
      permission = "FULL_CONTROL"
      grantee {
        type = "CanonicalUser"
        id   = data.aws_canonical_user_id.current.id
      }
    }
    grant {
      permission = var.changed ? "READ_ACP" : "WRITE"
      grantee {
        type = "Group"
        uri  = "http://acs.amazonaws.com/groups/s3/LogDelivery"
      }
    }
  }
}
