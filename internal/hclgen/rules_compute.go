package hclgen

func computeRules() []rule {
	function := []string{"aws_lambda_function"}
	return []rule{
		{"function-code", function, "provider docs r/lambda_function: one of filename, image_uri, s3_bucket", exactlyOne("filename", "image_uri", "s3_bucket")},
		{"function-object", function, "provider docs r/lambda_function: s3_bucket and s3_key go together", func(v view) {
			if v.has("s3_bucket") != v.has("s3_key") {
				v.fault("s3_key", "s3_bucket and s3_key go together", "set both or none")
			}
		}},
		{"function-zip", function, "Lambda API CreateFunction: Zip needs Handler and Runtime, Image forbids them", functionPackage},
		{"function-timeout", function, "Lambda guide, gettingstarted-limits: 900 s", within("timeout", 1, 900)},
		{"function-memory", function, "Lambda guide, gettingstarted-limits: 128 to 10,240 MB", within("memory_size", 128, 10240)},
		{"function-storage", function, "Lambda API EphemeralStorage: 512 to 10,240 MB", within("ephemeral_storage.size", 512, 10240)},
		{"function-architectures", function, "Lambda API CreateFunction: one of x86_64, arm64", func(v view) {
			if items := v.items("architectures"); len(items) > 1 {
				v.fault("architectures", "names more than one architecture", "name one")
			}
		}},
		{"invoke-retries", []string{"aws_lambda_function_event_invoke_config"}, "Lambda API: 0 to 2 retries", within("maximum_retry_attempts", 0, 2)},
		{"invoke-age", []string{"aws_lambda_function_event_invoke_config"}, "Lambda API: 60 to 21,600 s", within("maximum_event_age_in_seconds", 60, 21600)},
	}
}

func functionPackage(v view) {
	image := v.is("package_type", "Image")
	switch {
	case !image && v.has("package_type") && !v.is("package_type", "Zip"):
	case image:
		for _, name := range v.given("handler", "runtime", "layers") {
			v.fault(name, "is set on a function of package_type Image", "remove it")
		}
	case v.has("image_uri"):
		v.fault("package_type", "image_uri needs package_type Image", "set it")
	default:
		for _, name := range []string{"handler", "runtime"} {
			if !v.has(name) {
				v.fault(name, "is not set on a function of package_type Zip", "set it")
			}
		}
	}
}
