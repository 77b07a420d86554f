# Every shape of value.
#
# And a second paragraph.

# A reason that goes on for longer than a line of a file should be, so that the comment above the block has to
# be wrapped at a word somewhere near the hundred and tenth column.
resource "example_thing" "all" {
  count = 2

  plain              = "text"
  a_much_longer_name = -1.5
  empty_list         = []
  empty_map          = {}
  nothing            = null
  short_list         = ["a", "b"]

  long_list = [
    "a-long-value-number-one",
    "a-long-value-number-two",
    "a-long-value-number-three",
    "four",
  ]

  after_the_list = example_thing.all.members[0].arn

  script = <<-EOT1
    #!/bin/sh

      echo $${HOME} 100%%{x}
    EOT
  EOT1

  indented = <<EOT
  a
  b
EOT

  no_newline = "one\ntwo"

  objects = [
    {
      a = 1
    },
    {
      b = [{
        c = 2
      }]
    },
  ]

  one_object = [{
    deep = {
      k = "v"
    }
    "for"   = 1
    "größe" = 1
    x       = "y"
  }]

  call = format("%s-%d", example_thing.all.name, 3)

  two_objects = merge(
    {
      a = 1
    },
    {
      b = "x\n"
    },
  )

  long_call = concat(
    ["a-long-value-number-one", "a-long-value-number-two"],
    ["a-long-value-number-three", "a-long-value-number-four"],
  )

  long_items = toset([
    "a-long-value-number-one",
    "a-long-value-number-two",
    "a-long-value-number-three",
    "a-long-value-number-four",
  ])

  template = "\u0024${example_thing.all.id}/\u0025${upper("x")}\"$${literal}\""

  empty {}

  # Nested reason.
  labelled "one" "two" {
    x = 1

    inner {
      y = true
    }
  }

  lifecycle {
    prevent_destroy = true
  }

  depends_on = [example_thing.all]
}

resource "example_thing" "bare" {}

resource "example_thing" "blocks_only" {
  rule {
    a = 1
  }
}

resource "example_thing" "region_then_map" {
  region = "us-east-1"

  tags = {
    a = "b"
  }

  rule {
    map = {
      a = "b"
    }
  }
}

resource "example_thing" "only_meta" {
  for_each = toset(["a"])
}
