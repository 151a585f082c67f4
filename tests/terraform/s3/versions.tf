# What a bucket keeps: its versions, for how long they are locked, and when old ones expire.

resource "aws_s3_bucket" "kept" {
  bucket        = "kept"
  force_destroy = true
}

resource "aws_s3_bucket_versioning" "kept" {
  bucket = aws_s3_bucket.kept.id
  versioning_configuration {
    status = var.changed ? "Suspended" : "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "kept" {
  depends_on = [aws_s3_bucket_versioning.kept]
  bucket     = aws_s3_bucket.kept.id

  rule {
    id     = "scratch"
    status = "Enabled"
    filter {
      and {
        prefix                   = "tmp/"
        object_size_greater_than = 1
        tags                     = { team = "red" }
      }
    }
    expiration {
      days = var.changed ? 8 : 7
    }
  }

  rule {
    id     = "history"
    status = var.changed ? "Disabled" : "Enabled"
    filter {}
    noncurrent_version_expiration {
      noncurrent_days           = 30
      newer_noncurrent_versions = 3
    }
    expiration {
      expired_object_delete_marker = true
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 2
    }
  }
}

resource "aws_s3_object" "kept" {
  depends_on = [aws_s3_bucket_versioning.kept]
  bucket     = aws_s3_bucket.kept.id
  key        = "key"
  content    = var.changed ? "second" : "first"
}

resource "aws_s3_bucket" "vault" {
  bucket              = "vault"
  object_lock_enabled = true
  force_destroy       = true
}

resource "aws_s3_bucket_object_lock_configuration" "vault" {
  bucket = aws_s3_bucket.vault.id
  rule {
    default_retention {
      mode = "GOVERNANCE"
      days = var.changed ? 2 : 1
    }
  }
}

resource "aws_s3_object" "locked" {
  bucket                        = aws_s3_bucket.vault.id
  key                           = "locked"
  content                       = "locked"
  object_lock_mode              = "GOVERNANCE"
  object_lock_retain_until_date = "2096-01-01T00:00:00Z"
  object_lock_legal_hold_status = var.changed ? "OFF" : "ON"
  force_destroy                 = true
}
