variable "suffix" {
  type        = string
  description = "Ends every name."
}
