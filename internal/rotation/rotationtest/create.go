package rotationtest

// Create makes a secret without any version, as a deploy does, enabled for rotation.
func (s *SecretsManager) Create(arn string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.secrets == nil {
		s.secrets = map[string]*secret{}
	}
	s.secrets[arn] = &secret{arn: arn, rotation: true, values: map[string]string{}, stages: map[string]string{}}
}
