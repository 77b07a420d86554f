package hclgen

func networkCases() []faultCase {
	endpoint := func(m *Module, kind any) *Block {
		return m.Resource("main.tf", "aws_vpc_endpoint", "e").Set("vpc_id", "v").Set("service_name", "s").Set("vpc_endpoint_type", kind)
	}
	ingress := func(m *Module) *Block {
		return m.Resource("main.tf", "aws_vpc_security_group_ingress_rule", "i").Set("security_group_id", "sg")
	}
	return []faultCase{
		{"endpoint-kind", "subnet_ids: is set on a gateway endpoint", func(m *Module, broken bool) {
			endpoint(m, "Gateway").Set(either(broken, "subnet_ids", "route_table_ids").(string), []string{"x"})
		}},
		{"endpoint-kind/interface", "route_table_ids: is set on an interface endpoint", func(m *Module, broken bool) {
			endpoint(m, "Interface").Set(either(broken, "route_table_ids", "subnet_ids").(string), []string{"x"})
		}},
		{"route-target", "2 of carrier_gateway_id", func(m *Module, broken bool) {
			r := m.Resource("main.tf", "aws_route", "r").Set("route_table_id", "t").Set("destination_cidr_block", "0.0.0.0/0").Set("gateway_id", "g")
			set(r, "nat_gateway_id", either(broken, "n", nil))
		}},
		{"route-destination", "0 of destination_cidr_block", func(m *Module, broken bool) {
			r := m.Resource("main.tf", "aws_route", "r").Set("route_table_id", "t").Set("gateway_id", "g")
			set(r, "destination_cidr_block", either(broken, nil, "0.0.0.0/0"))
		}},
		{"rule-peer", "2 of cidr_ipv4, cidr_ipv6, prefix_list_id, referenced_security_group_id are set", func(m *Module, broken bool) {
			set(ingress(m).Set("ip_protocol", "-1").Set("cidr_ipv4", "10.0.0.0/16"), "referenced_security_group_id", either(broken, "sg", nil))
		}},
		{"rule-ports", "from_port: protocol tcp needs from_port and to_port", func(m *Module, broken bool) {
			set(ingress(m).Set("ip_protocol", "tcp").Set("cidr_ipv4", "10.0.0.0/16").Set("to_port", 5432), "from_port", either(broken, nil, 5432))
		}},
		{"rule-ports/all", "from_port: is set although ip_protocol -1 covers every port", func(m *Module, broken bool) {
			set(ingress(m).Set("ip_protocol", "-1").Set("cidr_ipv4", "10.0.0.0/16"), "from_port", either(broken, 5432, nil))
		}},
		{"flow-log-traffic", "traffic_type: is not set on the flow log of a network", func(m *Module, broken bool) {
			set(m.Resource("main.tf", "aws_flow_log", "l").Set("vpc_id", "v"), "traffic_type", either(broken, nil, "ALL"))
		}},
		{"flow-log-source", "2 of eni_id, subnet_id, vpc_id", func(m *Module, broken bool) {
			set(m.Resource("main.tf", "aws_flow_log", "l").Set("vpc_id", "v").Set("traffic_type", "ALL"), "subnet_id", either(broken, "s", nil))
		}},
		{"peering-accept", "auto_accept: a peering across Regions cannot accept itself", func(m *Module, broken bool) {
			m.Resource("main.tf", "aws_vpc_peering_connection", "p").Set("vpc_id", "a").Set("peer_vpc_id", "b").Set("peer_region", "us-west-2").Set("auto_accept", broken)
		}},
		{"nat-address", "allocation_id: is not set on a public NAT gateway", func(m *Module, broken bool) {
			set(m.Resource("main.tf", "aws_nat_gateway", "n").Set("subnet_id", "s"), "allocation_id", either(broken, nil, "e"))
		}},
	}
}

func computeCases() []faultCase {
	invoke := func(m *Module) *Block {
		return m.Resource("main.tf", "aws_lambda_function_event_invoke_config", "c").Set("function_name", "f")
	}
	return []faultCase{
		{"function-code", "2 of filename, image_uri, s3_bucket are set", func(m *Module, broken bool) {
			f := zipped(m)
			set(f, "s3_bucket", either(broken, "b", nil))
			set(f, "s3_key", either(broken, "k", nil))
		}},
		{"function-object", "s3_key: s3_bucket and s3_key go together", func(m *Module, broken bool) {
			f := function(m).Set("s3_bucket", "b").Set("handler", "bootstrap").Set("runtime", "provided.al2023")
			set(f, "s3_key", either(broken, nil, "k"))
		}},
		{"function-zip", "handler: is not set on a function of package_type Zip", func(m *Module, broken bool) {
			set(function(m).Set("filename", "f.zip").Set("runtime", "provided.al2023"), "handler", either(broken, nil, "bootstrap"))
		}},
		{"function-zip/image", "runtime: is set on a function of package_type Image", func(m *Module, broken bool) {
			set(function(m).Set("image_uri", "x").Set("package_type", "Image"), "runtime", either(broken, "go", nil))
		}},
		{"function-timeout", "timeout: is 901, allowed is 1 to 900", func(m *Module, broken bool) { zipped(m).Set("timeout", either(broken, 901, 900)) }},
		{"function-memory", "memory_size: is 64, allowed is 128 to 10240", func(m *Module, broken bool) { zipped(m).Set("memory_size", either(broken, 64, 512)) }},
		{"function-storage", "ephemeral_storage[0].size: is 1, allowed is 512 to 10240", func(m *Module, broken bool) {
			zipped(m).Block("ephemeral_storage").Set("size", either(broken, 1, 512))
		}},
		{"function-architectures", "architectures: names more than one architecture", func(m *Module, broken bool) {
			zipped(m).Set("architectures", either(broken, []string{"arm64", "x86_64"}, []string{"arm64"}))
		}},
		{"invoke-retries", "maximum_retry_attempts: is 3, allowed is 0 to 2", func(m *Module, broken bool) { invoke(m).Set("maximum_retry_attempts", either(broken, 3, 0)) }},
		{"invoke-age", "maximum_event_age_in_seconds: is 10, allowed is 60 to 21600", func(m *Module, broken bool) {
			invoke(m).Set("maximum_event_age_in_seconds", either(broken, 10, 60))
		}},
	}
}

func apiCases() []faultCase {
	authorizer := func(m *Module) *Block {
		return m.Resource("main.tf", "aws_apigatewayv2_authorizer", "a").Set("api_id", "x").Set("name", "n").Set("authorizer_type", "JWT")
	}
	return []faultCase{
		{"authorizer-jwt", "identity_sources: is not set", func(m *Module, broken bool) {
			a := authorizer(m)
			a.Block("jwt_configuration").Set("issuer", "https://i").Set("audience", []string{"a"})
			set(a, "identity_sources", either(broken, nil, []string{"$request.header.Authorization"}))
		}},
		{"authorizer-jwt/configuration", "jwt_configuration: is not set", func(m *Module, broken bool) {
			if a := authorizer(m).Set("identity_sources", []string{"$request.header.Authorization"}); !broken {
				a.Block("jwt_configuration").Set("issuer", "https://i").Set("audience", []string{"a"})
			}
		}},
		{"route-authorizer", "authorizer_id: is not set on a route that authorizes by one", func(m *Module, broken bool) {
			r := m.Resource("main.tf", "aws_apigatewayv2_route", "r").Set("api_id", "x").Set("route_key", "POST /payments").Set("authorization_type", "JWT")
			set(r, "authorizer_id", either(broken, nil, "a"))
		}},
		{"integration-uri", "integration_uri: is not set on an AWS_PROXY integration", func(m *Module, broken bool) {
			i := m.Resource("main.tf", "aws_apigatewayv2_integration", "i").Set("api_id", "x").Set("integration_type", "AWS_PROXY").Set("payload_format_version", "2.0")
			set(i, "integration_uri", either(broken, nil, "arn"))
		}},
		{"integration-timeout", "timeout_milliseconds: is 30001, allowed is 50 to 30000", func(m *Module, broken bool) {
			m.Resource("main.tf", "aws_apigatewayv2_integration", "i").Set("api_id", "x").Set("integration_type", "HTTP_PROXY").Set("timeout_milliseconds", either(broken, 30001, 29000))
		}},
	}
}

func alarmCases() []faultCase {
	queries := func(m *Module) *Block {
		return m.Resource("main.tf", "aws_cloudwatch_metric_alarm", "a").Set("alarm_name", "a").
			Set("comparison_operator", "GreaterThanThreshold").Set("evaluation_periods", 2).Set("threshold", 1)
	}
	topic := func(m *Module, region string) *Block {
		return m.Resource("main.tf", "aws_sns_topic", "t").Set("region", region)
	}
	return []faultCase{
		{"alarm-metric", "0 of metric_name, metric_query, evaluation_criteria are set", func(m *Module, broken bool) {
			if b := queries(m); !broken {
				b.Block("metric_query").Set("id", "q").Set("expression", "1").Set("return_data", true)
			}
		}},
		{"alarm-complete", "namespace: is not set", func(m *Module, broken bool) {
			b := queries(m).Set("metric_name", "Errors").Set("period", 60).Set("statistic", "Sum")
			set(b, "namespace", either(broken, nil, "AWS/Lambda"))
		}},
		{"alarm-threshold", "0 of threshold, threshold_metric_id are set", func(m *Module, broken bool) { alarm(m, either(broken, nil, 1)) }},
		{"alarm-returned-query", "0 queries have return_data = true", func(m *Module, broken bool) {
			queries(m).Block("metric_query").Set("id", "q").Set("expression", "1").Set("return_data", !broken)
		}},
		{"alarm-datapoints", "datapoints_to_alarm: is 3 of 2 evaluation_periods", func(m *Module, broken bool) {
			alarm(m, 1).Set("datapoints_to_alarm", either(broken, 3, 2))
		}},
		{"alarm-topic-region", `is in "us-west-2", the alarm in "us-east-1"`, func(m *Module, broken bool) {
			t := topic(m, either(broken, "us-west-2", "us-east-1").(string))
			alarm(m, 1).Set("region", "us-east-1").Set("alarm_actions", List(t.Ref("arn")))
		}},
		{"alarm-topic-region/by provider and ARN", `is in "us-west-2", the alarm in "us-east-1"`, func(m *Module, broken bool) {
			m.Provider("main.tf", "aws").Set("region", "us-east-1")
			arn := Template("arn:aws:sns:", either(broken, "us-west-2", "us-east-1"), ":", Call("tostring", 1), ":t")
			alarm(m, 1).Set("ok_actions", m.Local("main.tf", "actions", List(arn)))
		}},
	}
}

func valueCases() []faultCase {
	return []faultCase{
		{"log-retention", "retention_in_days: is not a number of days", func(m *Module, broken bool) {
			m.Resource("main.tf", "aws_cloudwatch_log_group", "l").Set("retention_in_days", either(broken, 31, 30))
		}},
		{"restore-testing-selection", "recovery_point_selection: is not there exactly once", func(m *Module, broken bool) {
			p := m.Resource("main.tf", "aws_backup_restore_testing_plan", "p").Set("name", "p").Set("schedule_expression", "cron(0 1 ? * * *)")
			if !broken {
				p.Block("recovery_point_selection").Set("algorithm", "LATEST_WITHIN_WINDOW").Set("include_vaults", []string{"*"}).Set("recovery_point_types", []string{"SNAPSHOT"})
			}
		}},
		{"schedule-window", "maximum_window_in_minutes: goes with mode FLEXIBLE", func(m *Module, broken bool) {
			s := m.Resource("main.tf", "aws_scheduler_schedule", "s").Set("schedule_expression", "rate(1 minute)")
			s.Block("target").Set("arn", "a").Set("role_arn", "b")
			s.Block("flexible_time_window").Set("mode", either(broken, "FLEXIBLE", "OFF"))
		}},
	}
}
