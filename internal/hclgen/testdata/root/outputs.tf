output "vpc_id" {
  value       = aws_vpc.primary.id
  description = "Network."
}
